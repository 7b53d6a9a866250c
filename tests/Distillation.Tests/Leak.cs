namespace Distillation.Tests;

/// <summary>Asserts that code leaves as many live tensors as it found.</summary>
internal static class Leak
{
    public static void None(Action code)
    {
        code(); // what is made once and kept, is made here

        // What earlier tests left to the collector must not go while we count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = torch.Tensor.TotalCount;
        code();
        torch.Tensor.TotalCount.Should().Be(before, "every tensor that the code made must be disposed");
    }
}
