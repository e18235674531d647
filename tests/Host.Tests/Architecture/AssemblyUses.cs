using System.Reflection;
using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;

namespace ImdsProxy.Host.Tests.Architecture;

/// <summary>The uses of types by other types in a compiled assembly, as ArchUnitNET reads them. A nested type counts as its outermost type.</summary>
internal static class AssemblyUses
{
    private const BindingFlags AllDeclared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>All uses within an assembly.</summary>
    public static IReadOnlyCollection<TypeUse> Of(System.Reflection.Assembly assembly) =>
    [
        .. new ArchLoader().LoadAssemblies(assembly).Build().Types
            .SelectMany(type => type.Dependencies)
            .SelectMany(Uses)
            .Concat(Caught(assembly))
            .Where(use => use.From != use.To)
            .Distinct(),
    ];

    private static IEnumerable<TypeUse> Uses(ITypeDependency use) =>
    [
        new(Outermost(use.Origin), Outermost(use.Target), (use as IMemberMemberDependency)?.TargetMember.Name.Split('(')[0]),
        .. use.TargetGenericArguments.SelectMany(Types).Select(argument => new TypeUse(Outermost(use.Origin), Outermost(argument), Member: null)),
    ];

    private static IEnumerable<IType> Types(GenericArgument argument) => [argument.Type, .. argument.GenericArguments.SelectMany(Types)];

    // ArchUnitNET does not read the types of catch clauses.
    private static IEnumerable<TypeUse> Caught(System.Reflection.Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(AllDeclared).Concat<MethodBase>(type.GetConstructors(AllDeclared))
        from clause in method.GetMethodBody()?.ExceptionHandlingClauses ?? []
        where clause.Flags == ExceptionHandlingClauseOptions.Clause
        select new TypeUse(Outermost(type.FullName!), Outermost(clause.CatchType!.FullName!), Member: null);

    private static string Outermost(IType type) => Outermost(type.FullName);

    private static string Outermost(string type) => type.Split('+')[0];
}
