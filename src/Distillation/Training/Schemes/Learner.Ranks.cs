namespace Distillation.Training;

/// <content>What a learner shares with the same learner on other ranks.</content>
public sealed partial class Learner
{
    /// <summary>How many marks a learner has in an exchange: whether it has diverged, and whether its buffers have.</summary>
    internal const int Marks = 2;

    private LossMeter? _ownLosses;

    /// <summary>Gets the parameters that are trained, of student and loss; known once the learner is prepared.</summary>
    internal IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Gets the names of the reported losses, the total first: the same on all ranks.</summary>
    internal IReadOnlyList<string> LossNames => field ??= [Total, .. _loss.Terms.Select(term => term.Name)];

    /// <summary>Gets whether buffers of another rank are not finite.</summary>
    internal bool HasSpoiledBuffers { get; private set; }

    // Where ranks share their losses, those of this rank wait for the sum.
    private LossMeter Meter => _ownLosses ?? _meter;

    /// <summary>Creates each update one whose losses are summed over ranks.</summary>
    internal void ShareLosses() => _ownLosses = new();

    /// <summary>Returns the losses of this rank since the last call, in the order of the names.</summary>
    internal IEnumerable<SharedLoss> TakeOwnLosses()
    {
        Dictionary<string, (double Sum, double Weight)> sums = _ownLosses!.TakeSums();
        return LossNames.Select(name => sums.TryGetValue(name, out (double Sum, double Weight) one) ? new SharedLoss(one.Sum, one.Weight, 1) : default);
    }

    /// <summary>Adds the losses of all ranks to the report.</summary>
    internal void AddLosses(IReadOnlyList<SharedLoss> losses)
    {
        foreach ((string name, SharedLoss loss) in LossNames.Zip(losses))
        {
            if (loss.Exists > 0)
            {
                _meter.AddSum(name, loss.Sum, loss.Weight);
            }
        }
    }

    /// <summary>Takes over what the ranks have found in this update.</summary>
    internal void Mark(bool hasDiverged, bool hasSpoiledBuffers) => (HasDiverged, HasSpoiledBuffers) = (hasDiverged, hasSpoiledBuffers);
}
