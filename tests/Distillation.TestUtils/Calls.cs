using System.Reflection;
using System.Reflection.Emit;

namespace Distillation.Tests.Conventions;

/// <summary>Which methods a method calls, or makes delegates of, as its compiled code says.</summary>
internal static class Calls
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    public static IEnumerable<MethodBase> MethodsOf(Assembly assembly)
    {
        const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        return assembly.GetTypes().SelectMany(type => type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)));
    }

    public static IEnumerable<MethodBase> From(MethodBase method) =>
        Tokens(method.GetMethodBody()?.GetILAsByteArray() ?? []).Select(token => Definition(method, token));

    /// <summary>Whether an operation names a member: a method, a field or a type.</summary>
    public static bool NamesMember(OpCode operation) =>
        operation.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok;

    /// <summary>The tokens of the methods that a compiled body calls.</summary>
    public static IEnumerable<int> Tokens(byte[] code) => Tokens(code, operation => operation.OperandType == OperandType.InlineMethod);

    /// <summary>The tokens of the operations of a compiled body that a condition selects.</summary>
    public static IEnumerable<int> Tokens(byte[] code, Func<OpCode, bool> selects)
    {
        for (int at = 0; at < code.Length;)
        {
            // The first byte of a code of two bytes is 0xFE.
            OpCode operation = Codes[code[at] == 0xFE ? (short)(0xFE00 | code[++at]) : code[at]];
            at++;
            if (selects(operation))
            {
                yield return BitConverter.ToInt32(code, at);
            }

            at += Length(operation, code, at);
        }
    }

    public static string Name(MethodBase method) =>
        $"{method.DeclaringType?.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})";

    private static MethodBase Definition(MethodBase caller, int token)
    {
        Type[]? ofMethod = caller.IsGenericMethod ? caller.GetGenericArguments() : null;
        MethodBase called = caller.Module.ResolveMethod(token, caller.DeclaringType?.GetGenericArguments(), ofMethod)!;
        return called is MethodInfo { IsGenericMethod: true } constructed ? constructed.GetGenericMethodDefinition() : called;
    }

    private static int Length(OpCode operation, byte[] code, int at) => operation.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };
}
