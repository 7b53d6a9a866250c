using Distillation.Crash;

namespace Distillation.Tests.BuildTransitive;

/// <summary>The short form of what <c>Distillation.Crash collections</c> runs long.</summary>
public sealed class GarbageCollectionTests
{
    private const long Steps = 1000;

    public static TheoryData<string> Kinds => [.. Enum.GetNames<StudentKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_ends_with_the_same_bits_while_another_thread_collects_garbage(string kind)
    {
        StudentKind student = Enum.Parse<StudentKind>(kind);
        float[] alone = CollectionsCommand.Weights(student, Steps);
        using var service = new JsonService(collects: true);

        float[] beside = CollectionsCommand.Weights(student, Steps);

        beside.Should().Equal(alone);
        service.Collections.Should().BeGreaterThan(20, "a run without collections shows nothing");
    }
}
