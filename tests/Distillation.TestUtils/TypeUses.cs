using System.Reflection;

namespace Distillation.Tests.Conventions;

/// <summary>The types that a type uses, by its compiled form: bases, members, signatures, and what its code calls, reads and creates.</summary>
internal static class TypeUses
{
    private const BindingFlags Own =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <summary>Finds the types; a nested type counts as the type around it, a constructed one as its definition and its arguments.</summary>
    public static IEnumerable<Type> Of(Type type) => Direct(type).SelectMany(Parts).Distinct();

    private static IEnumerable<Type> Direct(Type type)
    {
        IEnumerable<MethodBase> methods = type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own));
        return (type.BaseType is { } parent ? type.GetInterfaces().Append(parent) : type.GetInterfaces())
            .Concat(type.GetFields(Own).Select(field => field.FieldType))
            .Concat(methods.SelectMany(Signature))
            .Concat(methods.SelectMany(Body))
            .Concat(type.GetNestedTypes(Own).SelectMany(Direct));
    }

    private static IEnumerable<Type> Signature(MethodBase method) =>
        method.GetParameters().Select(parameter => parameter.ParameterType).Append(method is MethodInfo { ReturnType: var given } ? given : typeof(void));

    private static IEnumerable<Type> Body(MethodBase method)
    {
        MethodBody? body = method.GetMethodBody();
        Type[] ofType = method.DeclaringType!.GetGenericArguments();
        Type[] ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        IEnumerable<Type> locals = body?.LocalVariables.Select(local => local.LocalType) ?? [];
        return locals.Concat(Calls.Tokens(body?.GetILAsByteArray() ?? [], Calls.NamesMember)
            .SelectMany(token => OfMember(method.Module.ResolveMember(token, ofType, ofMethod)!)));
    }

    private static IEnumerable<Type> OfMember(MemberInfo member) => member switch
    {
        Type type => [type],
        MethodBase { IsGenericMethod: true } method => Signature(method).Concat(method.GetGenericArguments()).Append(method.DeclaringType!),
        MethodBase method => Signature(method).Append(method.DeclaringType!),
        FieldInfo field => [field.FieldType, field.DeclaringType!],
        _ => [],
    };

    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
        {
            return Parts(type.GetElementType()!);
        }

        if (type.IsGenericParameter)
        {
            return [];
        }

        Type outer = type;
        while (outer.DeclaringType is { } declaring)
        {
            outer = declaring;
        }

        Type definition = outer.IsGenericType ? outer.GetGenericTypeDefinition() : outer;
        return type.IsConstructedGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(definition) : [definition];
    }
}
