using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>The model of the server, the working copy in which clients train, and the average of a round.</summary>
/// <remarks>
/// Trained parameters and buffers are exchanged; frozen parameters are the same everywhere. Buffers, the statistics of batch normalization, are averaged as
/// parameters are; integers are rounded to the nearest.
/// </remarks>
internal sealed class GlobalModel : IDisposable
{
    private readonly Tensor[] _buffers;
    private readonly Tensor[] _localBuffers;
    private readonly Tensor[] _average;
    private readonly Tensor[] _bufferAverage;
    private readonly Tensor[]? _velocity;
    private readonly FederatedAveragingOptions _options;

    public GlobalModel(Module<Tensor, Tensor> module, Module<Tensor, Tensor> local, FederatedAveragingOptions options)
    {
        (Module, Local, _options) = (module, local, options);
        Parameters = Trained(module);
        LocalParameters = Trained(local);
        _buffers = [.. module.named_buffers().Select(buffer => buffer.buffer)];
        _localBuffers = [.. local.named_buffers().Select(buffer => buffer.buffer)];
        RequireSame();
        _average = [.. Parameters.Select(Zeros)];
        _bufferAverage = [.. _buffers.Select(buffer => Zeros(buffer, torch.is_floating_point(buffer) ? buffer.dtype : torch.ScalarType.Float64))];
        _velocity = options.ServerMomentum > 0 ? [.. Parameters.Select(Zeros)] : null;
        ParameterBytes = Parameters.Sum(Bytes);
        BufferBytes = _buffers.Sum(Bytes);
        CopyFrozen();
    }

    public Module<Tensor, Tensor> Module { get; }

    public Module<Tensor, Tensor> Local { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    public IReadOnlyList<Parameter> LocalParameters { get; }

    public long ParameterBytes { get; }

    public long BufferBytes { get; }

    /// <summary>Writes the global model into the working copy.</summary>
    public void Send()
    {
        using var scope = torch.NewDisposeScope();
        for (int i = 0; i < Parameters.Count; i++)
        {
            LocalParameters[i].copy_(Parameters[i]);
        }

        for (int i = 0; i < _buffers.Length; i++)
        {
            _localBuffers[i].copy_(_buffers[i]);
        }
    }

    /// <summary>Adds the working copy to the average.</summary>
    /// <param name="share">Its weight among the clients of the round, which sum to 1.</param>
    public void Receive(double share)
    {
        using var scope = torch.NewDisposeScope();
        for (int i = 0; i < Parameters.Count; i++)
        {
            _average[i].AddInPlace(LocalParameters[i], share);
        }

        for (int i = 0; i < _buffers.Length; i++)
        {
            _bufferAverage[i].AddInPlace(_localBuffers[i].to(_bufferAverage[i].dtype), share);
        }
    }

    /// <summary>Makes the global model out of the average.</summary>
    public void Update()
    {
        using var scope = torch.NewDisposeScope();
        for (int i = 0; i < Parameters.Count; i++)
        {
            Update(Parameters[i], _average[i], _velocity?[i]);
            _average[i].zero_();
        }

        for (int i = 0; i < _buffers.Length; i++)
        {
            _buffers[i].copy_(torch.is_floating_point(_buffers[i]) ? _bufferAverage[i] : _bufferAverage[i].round());
            _bufferAverage[i].zero_();
        }
    }

    /// <summary>Moves the parameters along the average of the clients' changes, by the rate and the momentum of the server.</summary>
    public void Move(IReadOnlyList<Tensor> changes)
    {
        using var scope = torch.NewDisposeScope();
        for (int i = 0; i < Parameters.Count; i++)
        {
            Move(Parameters[i], changes[i], _velocity?[i]);
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _average.Concat(_bufferAverage).Concat(_velocity ?? []))
        {
            tensor.Dispose();
        }
    }

    // Without momentum and with rate 1 the average itself is taken, which w + (average − w) is but for rounding.
    private void Update(Tensor weights, Tensor average, Tensor? velocity)
    {
        if (velocity is null && _options.ServerLearningRate == 1)
        {
            weights.copy_(average);
            return;
        }

        Move(weights, average.sub(weights), velocity);
    }

    private void Move(Tensor weights, Tensor change, Tensor? velocity) => weights.AddInPlace(
        velocity is null ? change : velocity.MulInPlace(_options.ServerMomentum).AddInPlace(change), _options.ServerLearningRate);

    private void CopyFrozen()
    {
        foreach ((Parameter from, Parameter to) in Module.parameters().Zip(Local.parameters()).Where(pair => !pair.First.requires_grad))
        {
            to.copy_(from);
        }
    }

    private void RequireSame()
    {
        string[] Shapes(IEnumerable<Tensor> tensors) => [.. tensors.Select(tensor => $"{Distillation.Shapes.Of(tensor)} {tensor.dtype}")];

        if (Parameters.Count == 0)
        {
            throw new InvalidOperationException($"The model {Module.GetType().Name} has no parameter that requires a gradient, so there is nothing to train.");
        }

        if (!Shapes(Parameters.Concat(_buffers)).SequenceEqual(Shapes(LocalParameters.Concat(_localBuffers))))
        {
            throw new InvalidOperationException("The delegate that makes a model must make the same kind of model at each call, but two differ in parameters.");
        }
    }

    private static Parameter[] Trained(Module<Tensor, Tensor> module) => [.. module.parameters().Where(parameter => parameter.requires_grad)];

    private static Tensor Zeros(Tensor like) => Zeros(like, like.dtype);

    private static Tensor Zeros(Tensor like, torch.ScalarType type) => torch.zeros_like(like, dtype: type, requires_grad: false).DetachFromDisposeScope();

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.ElementSize;
}
