namespace Distillation.Studies;

/// <summary>One training of a study.</summary>
/// <param name="Student">The student.</param>
/// <param name="Candidate">How it is distilled; <see langword="null"/>: it is trained alone.</param>
/// <param name="Seed">The seed of its starting weights and of its training.</param>
/// <param name="Budget">The share of the epochs, in (0, 1].</param>
/// <param name="IsTested">Whether it is measured on the test data.</param>
internal sealed record Trial(StudyStudent Student, StudyCandidate? Candidate, int Seed, double Budget, bool IsTested)
{
    public string Name => Candidate?.Name ?? DistillationStudy.NameAlone(Student.Name);
}
