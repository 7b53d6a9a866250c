using System.Reflection;

namespace Distillation.Tests.Conventions;

/// <summary>Numbers that TorchSharp hands to native code without holding them: a collection on another thread can free them while they are read.</summary>
internal static class UnheldNumbers
{
    private static readonly Lazy<HashSet<MethodBase>> Makers = new(FindMakers);

    /// <summary>What of an assembly makes such numbers, and by which call.</summary>
    public static string[] Of(Assembly assembly) =>
    [
        .. from caller in Calls.MethodsOf(assembly)
           from called in Calls.From(caller)
           where Makers.Value.Contains(called) && !Holds(called)
           select $"{Calls.Name(caller)} calls {Calls.Name(called)}",
    ];

    // What takes scalars of the caller, or gives the caller one to hold.
    private static bool Holds(MethodBase called) =>
        called.DeclaringType == typeof(torch.jit.CompilationUnit) || called.DeclaringType == typeof(ScalarExtensionMethods);

    // What makes a number, and all that calls it, however deep inside TorchSharp.
    private static HashSet<MethodBase> FindMakers()
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
