namespace ImdsProxy.Management;

/// <summary>Writes all metrics as Prometheus text, version 0.0.4.</summary>
/// <returns>The failures of metrics that could not be read and were left out, or null.</returns>
internal delegate Task<AggregateException?> WriteMetrics(Stream output, CancellationToken cancellation);
