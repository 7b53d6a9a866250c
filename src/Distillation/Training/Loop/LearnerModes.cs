namespace Distillation.Training;

/// <summary>Sets the modes of students and losses, and brings back afterward those that they had.</summary>
internal sealed class LearnerModes(IReadOnlyList<Learner> learners) : IDisposable
{
    private readonly (torch.nn.Module Module, bool Training, ModuleModes Modes)[] _students =
        [.. learners.Select(learner => learner.Student.Module).Select(module => (module, module.training, new ModuleModes(module)))];

    // What a loss makes with the first batch is in training mode, as every new module is.
    private readonly ModuleModes[] _losses =
        [.. learners.Select(learner => learner.Loss.Module).OfType<torch.nn.Module>().Select(module => new ModuleModes(module))];

    /// <summary>Lets the layers of the students, as far as they are to be trained, be watched.</summary>
    public void Watch(NormalizationCheck check)
    {
        foreach ((Learner learner, (torch.nn.Module module, bool training, ModuleModes modes)) in learners.Zip(_students))
        {
            check.Watch(learner.Name, module, layer => !training || modes.WasTraining(layer));
            learner.Normalization = check;
        }
    }

    public void Train()
    {
        foreach ((torch.nn.Module module, bool training, ModuleModes modes) in _students)
        {
            module.train();
            if (training)
            {
                // Layers that the caller keeps in evaluation mode inside a training student, such as frozen batch normalization, stay so.
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
        foreach (Learner learner in learners)
        {
            learner.Loss.Module?.train();
        }

        Array.ForEach(_losses, modes => modes.Restore());
        foreach ((_, _, ModuleModes modes) in _students)
        {
            modes.Restore();
        }
    }
}
