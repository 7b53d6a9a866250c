namespace Distillation.Tables;

/// <summary>The forms of labels.</summary>
internal enum TableTargetKind
{
    Class,
    Numbers,
    Labels,
}
