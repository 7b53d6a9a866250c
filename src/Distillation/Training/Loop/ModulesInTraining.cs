using System.Runtime.CompilerServices;
using Distillation.Losses;

namespace Distillation.Training;

/// <summary>
/// The networks and losses with weights that some run of the process trains right now. A second run would change the weights under the first.
/// </summary>
internal sealed class ModulesInTraining : IDisposable
{
    private static readonly ConditionalWeakTable<torch.nn.Module, object> Busy = [];

    private readonly HashSet<torch.nn.Module> _entered = new(ReferenceEqualityComparer.Instance);

    /// <summary>Enters all students of a run until disposal.</summary>
    /// <exception cref="InvalidOperationException">One of them is in training already.</exception>
    public void EnterStudents(IEnumerable<Learner> learners) =>
        Enter(learners.Select(learner => ($"student {learner.Student.Module.GetType().Name}", (torch.nn.Module?)learner.Student.Module)));

    /// <summary>Enters what the losses of a run have to train, which they know once they are prepared.</summary>
    /// <exception cref="InvalidOperationException">One of them is in training already.</exception>
    public void EnterLosses(IEnumerable<Learner> learners) =>
        Enter(learners.SelectMany(learner => LossSum.Of(learner.Loss).Terms).Select(term => ($"loss {term.Name}", term.Loss.Module)));

    public void Dispose()
    {
        foreach (torch.nn.Module module in _entered)
        {
            Busy.Remove(module);
        }
    }

    private void Enter(IEnumerable<(string Name, torch.nn.Module? Module)> all)
    {
        foreach ((string name, torch.nn.Module? module) in all)
        {
            if (module is null || _entered.Contains(module))
            {
                continue;
            }

            if (!Busy.TryAdd(module, name))
            {
                throw new InvalidOperationException(
                    $"The {name} is in training already: another Fit, of this trainer or of another one, has not ended. Wait for it, or train another copy.");
            }

            _entered.Add(module);
        }
    }
}
