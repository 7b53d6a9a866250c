using Distillation.Tests.Conventions;

namespace Distillation.Arrow.Tests.Conventions;

public sealed class KeptAliveScalarTests
{
    [Fact]
    public void The_library_holds_every_number_that_it_hands_to_native_code() => UnheldNumbers.Of(typeof(ArrowOutputStore).Assembly).Should().BeEmpty();
}
