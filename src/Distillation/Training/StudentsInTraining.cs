using System.Runtime.CompilerServices;

namespace Distillation.Training;

/// <summary>The networks that some run of the process trains right now. A second run would change the weights under the first.</summary>
internal sealed class StudentsInTraining : IDisposable
{
    private static readonly ConditionalWeakTable<torch.nn.Module, object> Busy = [];

    private readonly List<torch.nn.Module> _entered = [];

    private StudentsInTraining()
    {
    }

    /// <summary>Enters all students of a run until disposal.</summary>
    /// <exception cref="InvalidOperationException">One of them is in training already.</exception>
    public static StudentsInTraining Enter(IReadOnlyList<Learner> learners)
    {
        var run = new StudentsInTraining();
        foreach (torch.nn.Module module in learners.Select(learner => learner.Student.Module).Distinct<torch.nn.Module>(ReferenceEqualityComparer.Instance))
        {
            if (!Busy.TryAdd(module, module.GetType()))
            {
                run.Dispose();
                throw new InvalidOperationException($"The student {module.GetType().Name} is in training already: another Fit, of this trainer or of another one, has not ended. Wait for it, or train another copy of the network.");
            }

            run._entered.Add(module);
        }

        return run;
    }

    public void Dispose() => _entered.ForEach(module => Busy.Remove(module));
}
