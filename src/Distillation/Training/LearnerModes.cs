namespace Distillation.Training;

/// <summary>Sets the modes of all who learn, and brings back those of the students afterwards.</summary>
internal sealed class LearnerModes(IReadOnlyList<Learner> learners) : IDisposable
{
    private readonly (torch.nn.Module Module, bool Training, ModuleModes Modes)[] _students =
        [.. learners.Select(learner => learner.Student.Module).Select(module => (module, module.training, new ModuleModes(module)))];

    public void Train()
    {
        foreach ((torch.nn.Module module, bool training, ModuleModes modes) in _students)
        {
            module.train();
            if (training)
            {
                // Layers that the caller keeps in evaluation mode inside a training student, such as frozen batch normalisation, stay so.
                modes.Restore();
            }
        }

        foreach (Learner learner in learners)
        {
            learner.Loss.Module?.train();
        }
    }

    public void Evaluate()
    {
        foreach (Learner learner in learners)
        {
            learner.Student.Module.eval();
            learner.Loss.Module?.eval();
        }
    }

    public void Dispose()
    {
        foreach ((_, _, ModuleModes modes) in _students)
        {
            modes.Restore();
        }
    }
}
