namespace Distillation.Training;

/// <summary>Lets the parameters of some patterns alone require a gradient until disposal, which restores what was.</summary>
internal sealed class TrainedParameters : IDisposable
{
    private readonly (Parameter Parameter, bool RequiresGradient)[] _before;

    private TrainedParameters(torch.nn.Module module, IReadOnlyList<string> trained, IReadOnlyList<string> frozen)
    {
        (string name, Parameter parameter)[] all = [.. module.named_parameters()];
        _before = [.. all.Select(one => (one.parameter, one.parameter.requires_grad))];
        foreach ((string name, Parameter parameter) in all)
        {
            parameter.requires_grad = IsTrained(name, parameter, trained, frozen);
        }
    }

    /// <summary>Requires that each pattern has a parameter, and that one at least is trained.</summary>
    /// <exception cref="ArgumentException">A pattern has none, or nothing would be trained.</exception>
    public static void Check(torch.nn.Module module, string stage, IReadOnlyList<string> trained, IReadOnlyList<string> frozen, string argument)
    {
        (string Name, Parameter Parameter)[] all = [.. module.named_parameters()];
        string names = string.Join(", ", all.Select(one => one.Name));
        if (trained.Concat(frozen).FirstOrDefault(pattern => !all.Any(one => ParameterGroup.Matches(pattern, one.Name))) is { } unknown)
        {
            throw new ArgumentException($"No parameter of the student has a name like '{unknown}' of stage '{stage}'. The names are: {names}.", argument);
        }

        if (!all.Any(one => IsTrained(one.Name, one.Parameter, trained, frozen)))
        {
            throw new ArgumentException(
                $"Stage '{stage}' must train a parameter of the student, but {nameof(TrainingStage.Trained)} [{string.Join(", ", trained)}] and "
                + $"{nameof(TrainingStage.Frozen)} [{string.Join(", ", frozen)}] leave none of: {names}.",
                argument);
        }
    }

    /// <summary>Applies the patterns, where there are any.</summary>
    public static TrainedParameters? Apply(torch.nn.Module module, IReadOnlyList<string> trained, IReadOnlyList<string> frozen) =>
        trained.Count + frozen.Count == 0 ? null : new(module, trained, frozen);

    public void Dispose()
    {
        foreach ((Parameter parameter, bool requiresGradient) in _before)
        {
            parameter.requires_grad = requiresGradient;
        }
    }

    private static bool IsTrained(string name, Parameter parameter, IReadOnlyList<string> trained, IReadOnlyList<string> frozen) =>
        (trained.Count == 0 ? parameter.requires_grad : trained.Any(pattern => ParameterGroup.Matches(pattern, name)))
        && !frozen.Any(pattern => ParameterGroup.Matches(pattern, name));
}
