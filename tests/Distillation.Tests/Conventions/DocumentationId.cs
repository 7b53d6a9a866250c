using System.Reflection;

namespace Distillation.Tests.Conventions;

/// <summary>The identifiers of types and methods in XML documentation, such as <c>M:System.String.Concat(System.String,System.String)</c>.</summary>
internal static class DocumentationId
{
    public static string Of(Type type) => $"T:{DefinitionName(type)}";

    public static string Of(MethodBase method)
    {
        string name = method.Name.Replace('.', '#');
        string arity = method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "";
        string parameters = string.Join(",", method.GetParameters().Select(parameter => ParameterName(parameter.ParameterType)));
        string list = parameters.Length == 0 ? "" : $"({parameters})";
        string converted = method is MethodInfo { Name: "op_Implicit" or "op_Explicit" } conversion ? $"~{ParameterName(conversion.ReturnType)}" : "";
        return $"M:{DefinitionName(method.DeclaringType!)}.{name}{arity}{list}{converted}";
    }

    private static string DefinitionName(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string ParameterName(Type type) => type switch
    {
        { IsByRef: true } => $"{ParameterName(type.GetElementType()!)}@",
        { IsSZArray: true } => $"{ParameterName(type.GetElementType()!)}[]",
        { IsGenericMethodParameter: true } => $"``{type.GenericParameterPosition}",
        { IsGenericTypeParameter: true } => $"`{type.GenericParameterPosition}",
        { IsGenericType: true } => ConstructedName(type),
        _ => DefinitionName(type),
    };

    // Nested types of generic ones are in no signature that is compared.
    private static string ConstructedName(Type type)
    {
        string definition = DefinitionName(type);
        string arguments = string.Join(",", type.GetGenericArguments().Select(ParameterName));
        return $"{definition[..definition.IndexOf('`', StringComparison.Ordinal)]}{{{arguments}}}";
    }
}
