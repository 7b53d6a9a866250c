using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Stands between gradient and weights: lets an update be made only where all is finite, and knows the way back.</summary>
internal sealed class NonFiniteGuard : IDisposable
{
    private const string Gradient = "gradient";
    private const string Buffers = "buffers";

    private readonly NonFinitePolicy _policy;
    private readonly TrainingRun _run;
    private readonly IReadOnlyList<Learner> _learners;
    private readonly ModelSnapshot[] _good;
    private readonly bool _looks;
    private readonly ILogger _logger;

    /// <summary>Takes the weights as they are for good.</summary>
    public NonFiniteGuard(NonFinitePolicy policy, TrainingRun run, IReadOnlyList<Learner> learners, ILogger logger)
    {
        (_policy, _run, _learners, _logger) = (policy, run, learners, logger);
        _looks = policy is not NonFinitePolicy.Stop;
        _good = [.. learners.Select(learner => new ModelSnapshot(learner))];
        Keep();
        if (_looks)
        {
            foreach (Learner learner in learners)
            {
                learner.MakeUndoable();
            }
        }
    }

    /// <summary>Gets the last good weights of each learner, where a run that goes on needs them.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Saved => _policy is NonFinitePolicy.RollBack ? _good.SelectMany(memory => memory.Kept) : [];

    /// <summary>Goes on with a run that was saved: the weights are those of the checkpoint, the good ones those that it has, if it has any.</summary>
    public void Resume(SavedTensors saved)
    {
        Keep();
        if (_policy is NonFinitePolicy.RollBack)
        {
            Array.ForEach(_good, memory => memory.Load(saved));
        }

        SlowDown();
    }

    public void BeginUpdate()
    {
        foreach (Learner learner in _learners)
        {
            learner.BeginUpdate();
        }
    }

    /// <summary>Tells whether the gradient may be followed. If not, it is gone already, with all that came with it.</summary>
    /// <exception cref="TrainingDivergedException">The policy ends the run.</exception>
    public bool Allows(Batch batch)
    {
        if (NotFinite() is not { } what)
        {
            _run.Guarded = _run.Guarded with { InARow = 0 };
            return true;
        }

        RequireLimit(what, batch);
        foreach (Learner learner in _learners)
        {
            learner.UndoUpdate();
        }

        _run.Guarded = _run.Guarded with { Skipped = _run.Guarded.Skipped + 1, InARow = _run.Guarded.InARow + 1 };
        Log.UpdateSkipped(_logger, _run.Position.Step, _run.Guarded.InARow);
        GoBackIfAsked();
        return false;
    }

    /// <summary>Looks at the weights at the end of a pass: a finite loss may have an infinite gradient.</summary>
    /// <exception cref="TrainingDivergedException">They are not finite, and the policy ends the run.</exception>
    public void EndPass()
    {
        if ((Lacking(learner => learner.HasFiniteWeights(), "weights") ?? Lacking(learner => learner.HasFiniteBuffers(), Buffers)) is not { } what)
        {
            return;
        }

        RequireLimit(what, batch: null);
        if (_policy is NonFinitePolicy.Skip)
        {
            throw _run.Diverged(what, samples: null);
        }

        GoBackIfAsked();
    }

    /// <summary>Takes the weights for good at the end of an epoch.</summary>
    public void Keep() => Array.ForEach(_good, memory => memory.Keep());

    /// <summary>Brings the last good weights back.</summary>
    public void Restore() => Array.ForEach(_good, memory => memory.Restore());

    public void Dispose() => Array.ForEach(_good, memory => memory.Dispose());

    // What holds an update back. A loss that is not finite is named by its terms, so that what stands for it here is not read.
    private string? NotFinite()
    {
        foreach (Learner learner in _learners)
        {
            if (learner.HasDiverged)
            {
                return Gradient;
            }
        }

        return _looks ? Lacking(learner => learner.HasFiniteGradient(), Gradient) ?? Lacking(learner => learner.HasFiniteBuffers(), Buffers) : null;
    }

    private string? Lacking(Func<Learner, bool> isFinite, string what) => _learners.All(isFinite) ? null : what;

    private void RequireLimit(string what, Batch? batch)
    {
        bool ends = _policy switch
        {
            NonFinitePolicy.Skip skip => _run.Guarded.InARow >= skip.Limit,
            NonFinitePolicy.RollBack back => _run.Guarded.RollBacks >= back.Limit,
            _ => true,
        };
        if (ends)
        {
            using var scope = torch.NewDisposeScope();
            throw _run.Diverged(what, batch is null ? null : [.. batch.Indices.cpu().data<long>()]);
        }
    }

    private void GoBackIfAsked()
    {
        if (_policy is not NonFinitePolicy.RollBack)
        {
            return;
        }

        Restore();
        _run.Guarded = _run.Guarded with { RollBacks = _run.Guarded.RollBacks + 1 };
        foreach (Learner learner in _learners)
        {
            learner.RenewOptimizer();
        }

        SlowDown();
        Log.RolledBack(_logger, _run.Position.Step, _learners[0].RateFactor);
    }

    private void SlowDown()
    {
        double factor = _policy is NonFinitePolicy.RollBack back ? Math.Pow(back.Factor, _run.Guarded.RollBacks) : 1;
        foreach (Learner learner in _learners)
        {
            learner.RateFactor = factor;
        }
    }
}
