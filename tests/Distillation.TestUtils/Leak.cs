namespace Distillation.Tests;

/// <summary>Asserts that code leaves as many live tensors as it found.</summary>
internal static class Leak
{
    public static void None(Action code)
    {
        code(); // what is made once and kept, is made here

        long before = Count();
        code();
        torch.Tensor.TotalCount.Should().Be(before, "every tensor that the code made must be disposed");
    }

    /// <summary>The number of live tensors, without those that earlier code left to the collector.</summary>
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
