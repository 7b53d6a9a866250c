using TorchSharp.Modules;

namespace Distillation;

/// <summary>Changes all parameters of one data type and device in one call, instead of one after the other.</summary>
/// <remarks>As in TorchSharp's optimizers, a parameter without a gradient stays as it is in that step, and so does its state.</remarks>
internal abstract class FusedOptimizer : torch.optim.Optimizer
{
    private readonly Parameter[] _parameters;
    private readonly (double Rate, double Decay)[] _factors;
    private readonly int _states;
    private readonly List<FusedGroup> _groups;

    protected FusedOptimizer(GroupedParameters[] groups, double learningRate, int states)
        : base(IntPtr.Zero)
    {
        _parameters = [.. groups.SelectMany(group => group.Parameters)];
        _factors = [.. groups.SelectMany(group => group.Parameters.Select(_ => (group.RateFactor, group.DecayFactor)))];
        var options = new OptimizerOptions { LearningRate = learningRate, InitialLearningRate = learningRate };
        _parameter_groups = [new ParamGroup { Parameters = _parameters, Options = options }];
        _states = states;
        _groups = [.. Grouped(new long[_parameters.Length])];
    }

    /// <summary>Returns whether the kernels can read all of them: contiguous floating-point numbers.</summary>
    public static bool Fits(GroupedParameters[] groups) =>
        groups.SelectMany(group => group.Parameters).All(parameter => torch.is_floating_point(parameter) && parameter.is_contiguous());

    /// <summary>Gets, for each parameter in order, how many gradients it has followed and what is remembered of them.</summary>
    public (long Steps, Tensor[] State)[] Memory
    {
        get
        {
            var places = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
            foreach ((int place, Parameter parameter) in _parameters.Index())
            {
                places.Add(parameter, place);
            }

            var all = new (long, Tensor[])[_parameters.Length];
            foreach (FusedGroup group in _groups)
            {
                for (int i = 0; i < group.Parameters.Length; i++)
                {
                    all[places[group.Parameters[i]]] = (group.Steps, Array.ConvertAll(group.State, list => list[i]));
                }
            }

            return all;
        }
    }

    /// <summary>Begins anew where each parameter has followed so many gradients, of which nothing is remembered yet.</summary>
    public void BeginAt(IReadOnlyList<long> steps)
    {
        _groups.ForEach(group => group.Dispose());
        _groups.Clear();
        _groups.AddRange(Grouped(steps));
    }

    public sealed override IEnumerable<Parameter> parameters() => _parameters;

    public sealed override void zero_grad()
    {
        foreach (Parameter parameter in _parameters)
        {
            using Tensor? gradient = parameter.grad;
            gradient?.zero_();
        }
    }

    public sealed override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = closure is null ? null : WithGradient(closure);
        using var noGradient = torch.no_grad();
        double rate = _parameter_groups[0].LearningRate;
        int count = _groups.Count;
        for (int i = 0; i < count; i++)
        {
            Step(i, rate);
        }

        return loss;
    }

    /// <summary>Follows the gradients of a group, one for each parameter.</summary>
    protected abstract void Follow(FusedGroup group, Tensor[] gradients, double rate);

    protected sealed override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _groups.ForEach(group => group.Dispose());
        }
    }

    private static Tensor WithGradient(Func<Tensor> closure)
    {
        using IDisposable gradient = torch.enable_grad();
        return closure();
    }

    private IEnumerable<FusedGroup> Grouped(IReadOnlyList<long> steps) =>
        _parameters.Index()
            .GroupBy(one => (one.Item.dtype, one.Item.device_type, one.Item.device_index, Steps: steps[one.Index], Factors: _factors[one.Index]))
            .Select(alike => FusedGroup.Of([.. alike.Select(one => one.Item)], _states, alike.Key.Steps, alike.Key.Factors));

    private void Step(int index, double rate)
    {
        Tensor[] parameters = _groups[index].Parameters;
        var gradients = new Tensor[parameters.Length];
        int found = 0;
        try
        {
            foreach (Tensor parameter in parameters)
            {
                if (GradientOf(parameter) is { } gradient)
                {
                    gradients[found++] = gradient;
                }
            }

            if (found == 0)
            {
                return;
            }

            if (found < parameters.Length)
            {
                Part(index);
                Array.Resize(ref gradients, found);
            }

            Follow(_groups[index], gradients, rate * _groups[index].Factors.Rate);
            _groups[index].Steps++;
        }
        finally
        {
            foreach (Tensor gradient in gradients.AsSpan(0, found))
            {
                gradient.Dispose();
            }
        }
    }

    // Those without a gradient part for good from those that have one: from now on they have taken fewer steps.
    private void Part(int index)
    {
        FusedGroup whole = _groups[index];
        bool[] ready = Array.ConvertAll(whole.Parameters, HasGradient);
        _groups[index] = whole.Where(ready, true);
        _groups.Add(whole.Where(ready, false));
    }

    private static bool HasGradient(Tensor parameter)
    {
        using Tensor? gradient = parameter.grad;
        return gradient is not null;
    }

    // The kernels walk through a gradient as through its parameter, from the first number to the last.
    private static Tensor? GradientOf(Tensor parameter)
    {
        Tensor? gradient = parameter.grad;
        if (gradient is null || (!gradient.is_sparse && gradient.is_contiguous()))
        {
            return gradient;
        }

        using (gradient)
        {
            return gradient.is_sparse ? gradient.to_dense() : gradient.contiguous();
        }
    }
}
