using System.Reflection;
using Xunit.Sdk;

namespace Distillation.Tests;

/// <summary>
/// Begins each test of the assembly with the same state of libtorch's generator, so that weights that a test does not seed are the same each time.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class SeededAttribute : BeforeAfterTestAttribute
{
    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest) => torch.manual_seed(1);
}
