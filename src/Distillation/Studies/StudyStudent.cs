namespace Distillation.Studies;

/// <summary>A student of a study.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Creates its module with random weights.</param>
internal sealed record StudyStudent(string Name, Func<torch.nn.Module<Tensor, Tensor>> Create);
