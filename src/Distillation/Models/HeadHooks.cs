using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation;

/// <summary>Leaves out the linear layer that ends a network while a pass runs through it, so that its logits can be computed by parts of the samples.</summary>
/// <remarks>
/// <para>
/// A layer cannot be left out: it is run on no samples at all, and what the network outputs must be that empty output itself. The first pass in each mode shows
/// whether it is; where it is not, state and generator are brought back, and the network runs whole from then on.
/// </para>
/// <para>
/// The layer is run whole where something else could see or change its output: another hook on it or on a module around it, the reading of its output as a
/// feature, another device than the processor, or another type than float32 and float64.
/// </para>
/// </remarks>
internal sealed class HeadHooks : IDisposable
{
    private readonly Module _network;
    private readonly Linear _head;
    private readonly long _logitsOfPart;
    private readonly HookCount[] _hooks;
    private readonly Action[] _removals;
    private bool? _endsTraining;
    private bool? _endsEvaluation;
    private DisposeScope? _scope;
    private int? _thread;
    private int _calls;
    private (Tensor Hidden, Tensor Empty)? _input;
    private Tensor? _output;
    private bool _disposed;

    /// <param name="network">The network.</param>
    /// <param name="path">The module path of the layer, or the last one that the network has if not given.</param>
    /// <param name="logitsOfPart">About how many logits are to be computed at a time.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public HeadHooks(Module network, string? path, long logitsOfPart = HeadLogits.UsualPart)
    {
        _network = network;
        _logitsOfPart = logitsOfPart;
        Dictionary<string, Module> modules = network is torch.jit.ScriptModule ? [] : network.named_modules().DistinctBy(one => one.name).ToDictionary();
        modules.TryAdd("", network);
        string? found = path ?? LastLinear(network, modules);
        if (found is null || !modules.TryGetValue(found, out Module? layer) || layer.GetType() != typeof(Linear))
        {
            string linear = string.Join(", ", modules.Where(one => one.Value is Linear).Select(one => $"'{one.Key}'"));
            throw new ArgumentException(
                $"The head must be a {nameof(Linear)} of {network.GetType().Name}, but {(path is null ? "it has none" : $"'{path}' is none")}. "
                + $"It has: {(linear.Length == 0 ? "none" : linear)}.",
                nameof(path));
        }

        _head = (Linear)layer;
        _hooks = [.. Around(found).Where(modules.ContainsKey).Select(name => new HookCount(modules[name]))];
        int others = _hooks.Sum(hooks => hooks.Value);
        _removals = [_head.register_forward_pre_hook((_, given) => Before(given)).remove, _head.register_forward_hook((_, _, output) => After(output)).remove];
        OwnHooks = _hooks.Sum(hooks => hooks.Value) - others;
    }

    private int OwnHooks { get; }

    /// <summary>Runs a pass.</summary>
    /// <param name="pass">Runs the network once, on this thread.</param>
    /// <returns>Its output, whose logits are those of the layer before they are computed, where it can be left out.</returns>
    /// <exception cref="InvalidOperationException">In this mode the network has output what its head does, and now does something else.</exception>
    public ModelOutput Run(Func<ModelOutput> pass)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        bool? ends = _network.training ? _endsTraining : _endsEvaluation;
        if (ends == false || !CanBeLeftOut(_head.weight))
        {
            return pass();
        }

        if (ends == true)
        {
            return WithoutHead(pass) ?? throw new InvalidOperationException(
                $"{_network.GetType().Name} has output what its last layer does, and now does something else with it. "
                + $"Create the model without {nameof(Student.WithFusedHead)}.");
        }

        return FirstPass(pass);
    }

    public void Dispose()
    {
        Array.ForEach(_removals, remove => remove());
        _disposed = true;
    }

    private static string? LastLinear(Module network, Dictionary<string, Module> modules) => network is Linear
        ? ""
        : modules.LastOrDefault(one => one.Value.GetType() == typeof(Linear)).Key;

    // The paths of the modules that have the layer in them, and its own.
    private static IEnumerable<string> Around(string path)
    {
        yield return "";
        for (int end = path.IndexOf('.', StringComparison.Ordinal); end >= 0; end = path.IndexOf('.', end + 1))
        {
            yield return path[..end];
        }

        if (path.Length > 0)
        {
            yield return path;
        }
    }

    private static bool CanBeLeftOut(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype is torch.ScalarType.Float32 or torch.ScalarType.Float64;

    private ModelOutput FirstPass(Func<ModelOutput> pass)
    {
        bool training = _network.training;
        using var buffers = new TensorSnapshot([.. _network.buffers()]);
        buffers.Keep();
        using Tensor chance = ForkedRng.State;
        try
        {
            if (WithoutHead(pass) is { } output)
            {
                Remember(training, output.Head is null ? null : true);
                return output;
            }
        }
#pragma warning disable CA1031 // Whatever a network throws because its head gives no samples, it runs whole.
        catch (Exception) when (_calls > 0)
#pragma warning restore CA1031
        {
        }

        Remember(training, ends: false);
        buffers.Restore();
        ForkedRng.Restore(chance);
        return pass();
    }

    private void Remember(bool training, bool? ends)
    {
        if (training)
        {
            _endsTraining = ends;
        }
        else
        {
            _endsEvaluation = ends;
        }
    }

    // Null where the layer was left out, and the network outputs something else.
    private ModelOutput? WithoutHead(Func<ModelOutput> pass)
    {
        (_scope, _thread, _calls) = (torch.CurrentDisposeScope, Environment.CurrentManagedThreadId, 0);
        try
        {
            ModelOutput output = pass();
            if (_input is not var (hidden, _))
            {
                return output;
            }

            if (_calls > 1 || !ReferenceEquals(output.Logits, _output))
            {
                hidden.Dispose();
                return null;
            }

            output.Logits.Dispose();
            return output.WithHead(new HeadLogits(hidden, _head.weight, _head.bias) { LogitsOfPart = _logitsOfPart });
        }
        finally
        {
            (_scope, _thread) = (null, null);
            (_input, _output) = (null, null);
        }
    }

    // The same network may run elsewhere at that time.
    private Tensor Before(Tensor given)
    {
        if (_thread != Environment.CurrentManagedThreadId)
        {
            return given;
        }

        _calls++;
        if (_input is not null || !Fits(given) || _hooks.Sum(hooks => hooks.Value) > OwnHooks)
        {
            return given;
        }

        // A Sequential disposes the outputs of its layers.
        Tensor hidden = given.alias().DetachFromDisposeScope();
        _scope?.Attach(hidden);
        Tensor empty = given.narrow(0, 0, 0);
        _input = (hidden, empty);
        return empty;
    }

    private Tensor After(Tensor output)
    {
        if (_thread == Environment.CurrentManagedThreadId && _input is var (_, empty) && _output is null)
        {
            empty.Dispose();
            _output = output;
        }

        return output;
    }

    private bool Fits(Tensor given) => given.dim() is 2 or 3 && given.size(0) > 0 && given.dtype == _head.weight.dtype && CanBeLeftOut(given);
}
