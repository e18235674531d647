namespace ImdsProxy.Runtime;

/// <summary>Lets Kestrel, which can only be added to a web host, add its services to a collection.</summary>
internal sealed class ServerServices(IServiceCollection services) : IWebHostBuilder
{
    public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
    {
        configureServices(services);
        return this;
    }

    public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
    {
        configureServices(new WebHostBuilderContext(), services);
        return this;
    }

    public string? GetSetting(string key) => null;

    public IWebHostBuilder UseSetting(string key, string? value) => this;

    public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;

#pragma warning disable ASPDEPR008 // The interface demands this type.
    public IWebHost Build() => throw new NotSupportedException("HttpServer builds the server");
#pragma warning restore ASPDEPR008
}
