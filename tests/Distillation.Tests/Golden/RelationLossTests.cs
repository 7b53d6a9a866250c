namespace Distillation.Tests.Golden;

/// <summary>Losses on relations between samples against public PyTorch implementations.</summary>
public sealed class RelationLossTests
{
}
