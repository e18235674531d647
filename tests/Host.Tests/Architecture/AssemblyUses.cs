using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ImdsProxy.Host.Tests.Architecture;

/// <summary>
/// Reads from a compiled assembly which type uses which: in bases, fields, signatures, locals, attributes and code, by
/// whatever name the source has it. What the compiler makes of lambdas and async methods counts for the type around it.
/// </summary>
internal sealed class AssemblyUses : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly HashSet<TypeUse> _uses = [];

    private AssemblyUses(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
    }

    /// <summary>All uses within an assembly's file.</summary>
    public static IReadOnlyCollection<TypeUse> Of(string path)
    {
        using var assembly = new AssemblyUses(path);
        foreach (var handle in assembly._metadata.TypeDefinitions)
        {
            assembly.ReadType(NamedTypes.NameOf(assembly._metadata, handle), assembly._metadata.GetTypeDefinition(handle));
        }

        return assembly._uses;
    }

    public void Dispose() => _file.Dispose();

    private void ReadType(string from, TypeDefinition type)
    {
        AddEntity(from, type.BaseType);
        foreach (var handle in type.GetInterfaceImplementations())
        {
            AddEntity(from, _metadata.GetInterfaceImplementation(handle).Interface);
        }

        ReadGenerics(from, type.GetGenericParameters());
        ReadAttributes(from, type.GetCustomAttributes());
        foreach (var handle in type.GetFields())
        {
            var field = _metadata.GetFieldDefinition(handle);
            Add(from, field.DecodeSignature(NamedTypes.Instance, null));
            ReadAttributes(from, field.GetCustomAttributes());
        }

        foreach (var handle in type.GetMethods())
        {
            ReadMethod(from, _metadata.GetMethodDefinition(handle));
        }
    }

    private void ReadMethod(string from, MethodDefinition method)
    {
        Add(from, NamedTypes.Of(method.DecodeSignature(NamedTypes.Instance, null)));
        ReadGenerics(from, method.GetGenericParameters());
        ReadAttributes(from, method.GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            Add(from, [.. _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(NamedTypes.Instance, null).SelectMany(local => local)]);
        }

        foreach (var region in body.ExceptionRegions)
        {
            AddEntity(from, region.CatchType);
        }

        foreach (var token in IlTokens.In(body.GetILBytes() ?? []))
        {
            AddEntity(from, token);
        }
    }

    private void ReadGenerics(string from, GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(handle => _metadata.GetGenericParameter(handle).GetConstraints()))
        {
            AddEntity(from, _metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void ReadAttributes(string from, CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            AddEntity(from, _metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private void AddEntity(string from, EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition when !handle.IsNil:
            case HandleKind.TypeReference when !handle.IsNil:
            case HandleKind.TypeSpecification:
                Add(from, TypesOf(handle));
                break;
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                Add(from, TypesOf(method.GetDeclaringType()), _metadata.GetString(method.Name));
                break;
            case HandleKind.FieldDefinition:
                var field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                Add(from, TypesOf(field.GetDeclaringType()), _metadata.GetString(field.Name));
                break;
            case HandleKind.MemberReference:
                AddMember(from, _metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
            case HandleKind.MethodSpecification:
                var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                AddEntity(from, generic.Method);
                Add(from, [.. generic.DecodeSignature(NamedTypes.Instance, null).SelectMany(argument => argument)]);
                break;
            default:
                break;
        }
    }

    private void AddMember(string from, MemberReference member)
    {
        Add(from, TypesOf(member.Parent), _metadata.GetString(member.Name));
        Add(from, member.GetKind() == MemberReferenceKind.Field
            ? member.DecodeFieldSignature(NamedTypes.Instance, null)
            : NamedTypes.Of(member.DecodeMethodSignature(NamedTypes.Instance, null)));
    }

    private ImmutableArray<string> TypesOf(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => [NamedTypes.NameOf(_metadata, (TypeDefinitionHandle)handle)],
        HandleKind.TypeReference => [NamedTypes.NameOf(_metadata, (TypeReferenceHandle)handle)],
        HandleKind.TypeSpecification => NamedTypes.Instance.GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)handle, 0),
        _ => [],
    };

    private void Add(string from, ImmutableArray<string> types, string? member = null)
    {
        foreach (var to in types)
        {
            if (to != from)
            {
                _uses.Add(new TypeUse(from, to, member));
            }
        }
    }
}
