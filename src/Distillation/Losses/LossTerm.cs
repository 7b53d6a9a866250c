namespace Distillation.Losses;

/// <summary>A loss in a sum.</summary>
/// <param name="Name">The name under which it is reported.</param>
/// <param name="Weight">Its weight over the run.</param>
/// <param name="Loss">The loss.</param>
public sealed record LossTerm(string Name, Schedule Weight, IDistillationLoss Loss) : ISelfDescribing
{
    IEnumerable<(string Name, object? Value)> ISelfDescribing.Describe() => [(nameof(Name), Name), (nameof(Weight), Weight), (nameof(Loss), Loss)];
}
