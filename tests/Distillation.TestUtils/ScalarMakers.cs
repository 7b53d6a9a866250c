using System.Reflection;

namespace Distillation.Tests.Conventions;

/// <summary>The members of TorchSharp that hand a number to native code without holding it.</summary>
/// <remarks>A collection on another thread can free the number while native code reads it.</remarks>
internal static class ScalarMakers
{
    private static readonly Lazy<HashSet<MethodBase>> Makers = new(Find);

    /// <summary>The members that code outside of TorchSharp can call.</summary>
    public static IEnumerable<MethodBase> Visible =>
        Makers.Value.Where(member => member.DeclaringType!.IsVisible && (member.IsPublic || member.IsFamily || member.IsFamilyOrAssembly)
            && !LeavesNumbersToCaller(member));

    /// <summary>The calls of such operators and conversions in an assembly.</summary>
    /// <remarks>
    /// <c>BannedSymbols.txt</c> makes all other calls errors of the build. The analyzer of banned symbols does not see the operator in a compound assignment
    /// (<c>tensor += other</c>), nor a conversion in the variable of a <c>foreach</c>, between tuples, or on the left of <c>??</c>. Compiled code has a call
    /// for each of them.
    /// </remarks>
    public static string[] OperatorsCalledBy(Assembly assembly)
    {
        HashSet<MethodBase> operators = [.. Visible.Where(member => member.IsSpecialName && member.Name.StartsWith("op_", StringComparison.Ordinal))];
        return
        [
            .. from caller in Calls.MethodsOf(assembly)
               from called in Calls.From(caller)
               where operators.Contains(called)
               select $"{Calls.Name(caller)} calls {Calls.Name(called)}",
        ];
    }

    // CompilationUnit takes scalars of the caller, a scripted module of typed arguments takes tensors,
    // and the extension methods return the scalar for the caller to hold.
    private static bool LeavesNumbersToCaller(MethodBase member) =>
        member.DeclaringType == typeof(torch.jit.CompilationUnit) || member.DeclaringType == typeof(ScalarExtensionMethods)
        || (member.DeclaringType!.IsGenericType && member.DeclaringType.IsSubclassOf(typeof(torch.jit.ScriptModule)));

    // What makes a number, and all that calls it, however deep inside TorchSharp.
    private static HashSet<MethodBase> Find()
    {
        ILookup<MethodBase, MethodBase> callers = Calls.MethodsOf(typeof(Scalar).Assembly)
            .SelectMany(caller => Calls.From(caller).Distinct().Select(called => (caller, called))).ToLookup(call => call.called, call => call.caller);
        HashSet<MethodBase> makers = [.. typeof(ScalarExtensionMethods).GetMethods().Where(method => method.ReturnType == typeof(Scalar))];
        Queue<MethodBase> next = new(makers);
        while (next.TryDequeue(out MethodBase? called))
        {
            foreach (MethodBase caller in callers[called].Where(makers.Add))
            {
                next.Enqueue(caller);
            }
        }

        return makers;
    }
}
