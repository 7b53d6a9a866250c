namespace Distillation.Studies;

/// <summary>The data of a study.</summary>
/// <param name="Train">What students learn from.</param>
/// <param name="Validation">By what candidates are chosen.</param>
/// <param name="Test">By what the verdict is made.</param>
internal sealed record StudyData(IDataSource Train, IDataSource Validation, IDataSource Test);
