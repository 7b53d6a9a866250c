using Distillation.Checkpoints;
using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Allows an update only where losses and gradients are finite, and restores the last good weights.</summary>
internal sealed class NonFiniteGuard : IDisposable
{
    private const string Gradient = "gradient";
    private const string Buffers = "buffers";

    private readonly NonFinitePolicy _policy;
    private readonly RunState _state;
    private readonly ProgressReporter _reporter;
    private readonly IReadOnlyList<Learner> _learners;
    private readonly bool _inspects;
    private readonly ILogger _logger;
    private ModelSnapshot[] _good = [];

    public NonFiniteGuard(NonFinitePolicy policy, RunState state, ProgressReporter reporter, IReadOnlyList<Learner> learners, ILogger logger)
    {
        _policy = policy;
        _state = state;
        _reporter = reporter;
        _learners = learners;
        _logger = logger;
        _inspects = policy is not NonFinitePolicy.Stop;
    }

    /// <summary>Keeps the current weights as good ones, unless the policy keeps none.</summary>
    public void Begin()
    {
        _good = _policy is NonFinitePolicy.Stop { RestoresWeights: false } ? [] : [.. _learners.Select(learner => new ModelSnapshot(learner))];
        Keep();
        if (_inspects)
        {
            foreach (Learner learner in _learners)
            {
                learner.MakeUndoable();
            }
        }
    }

    /// <summary>Gets the last good weights of each learner, where a resumed run needs them.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Saved => _policy is NonFinitePolicy.RollBack ? _good.SelectMany(memory => memory.Kept) : [];

    /// <summary>Continues from a checkpoint: the good weights are those that it has, or else its weights.</summary>
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

    /// <summary>Returns whether the update may be made. If not, its gradient and losses are dropped.</summary>
    /// <exception cref="TrainingDivergedException">The policy ends the run.</exception>
    public bool Allows(Batch batch)
    {
        if (NotFinite() is not { } what)
        {
            _state.NonFinite = _state.NonFinite with { InARow = 0 };
            return true;
        }

        RequireLimit(what, batch);
        foreach (Learner learner in _learners)
        {
            learner.UndoUpdate();
        }

        _state.NonFinite = _state.NonFinite with { Skipped = _state.NonFinite.Skipped + 1, InARow = _state.NonFinite.InARow + 1 };
        Log.UpdateSkipped(_logger, _state.Position.Step, _state.NonFinite.InARow);
        RollBackIfDue();
        return false;
    }

    /// <summary>Inspects the weights at the end of a pass: a finite loss may have an infinite gradient.</summary>
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
            throw _reporter.Diverged(what, samples: null);
        }

        RollBackIfDue();
    }

    /// <summary>Keeps the weights as good ones at the end of an epoch.</summary>
    public void Keep() => Array.ForEach(_good, memory => memory.Keep());

    /// <summary>Restores the last good weights.</summary>
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

        return _inspects
            ? Lacking(learner => learner.HasFiniteGradient(), Gradient) ?? Lacking(learner => learner.HasFiniteBuffers(), Buffers)
            : null;
    }

    private string? Lacking(Func<Learner, bool> isFinite, string what) => _learners.All(isFinite) ? null : what;

    private void RequireLimit(string what, Batch? batch)
    {
        bool ends = _policy switch
        {
            NonFinitePolicy.Skip skip => _state.NonFinite.InARow >= skip.Limit,
            NonFinitePolicy.RollBack back => _state.NonFinite.RollBacks >= back.Limit,
            _ => true,
        };
        if (ends)
        {
            using var scope = torch.NewDisposeScope();
            throw _reporter.Diverged(what, batch is null ? null : [.. batch.Indices.cpu().data<long>()]);
        }
    }

    private void RollBackIfDue()
    {
        if (_policy is not NonFinitePolicy.RollBack)
        {
            return;
        }

        Restore();
        _state.NonFinite = _state.NonFinite with { RollBacks = _state.NonFinite.RollBacks + 1 };
        foreach (Learner learner in _learners)
        {
            learner.RenewOptimizer();
        }

        SlowDown();
        Log.RolledBack(_logger, _state.Position.Step, RateFactor);
    }

    private double RateFactor => _policy is NonFinitePolicy.RollBack back ? Math.Pow(back.Factor, _state.NonFinite.RollBacks) : 1;

    private void SlowDown()
    {
        foreach (Learner learner in _learners)
        {
            learner.SlowDown(RateFactor);
        }
    }
}
