namespace Distillation.Testing;

/// <summary>Counts the tensors that code leaves.</summary>
internal static class LiveTensors
{
    private const int Attempts = 3;

    /// <summary>Gets the number of tensors that this thread made and did not dispose.</summary>
    /// <remarks>
    /// In TorchSharp 0.107 the count of the process grows with each <see cref="Parameter"/> that is made, even if it is disposed; this one does not.
    /// </remarks>
    public static long OfThread => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>Returns how many more tensors live after a second run of the code than before it; the first run makes what is kept.</summary>
    /// <remarks>
    /// The process has one count, and tests of other threads change it. So what this thread left counts at once, and what other threads left counts where it is
    /// left each time.
    /// </remarks>
    public static long Growth(Action code)
    {
        code();
        long growth = 0;
        for (int i = 0; i < Attempts; i++)
        {
            (long all, long own) = Count();
            code();
            growth = torch.Tensor.TotalCount - all;
            if (growth <= 0)
            {
                return 0;
            }

            if (OfThread - own > 0)
            {
                return growth;
            }
        }

        return growth;
    }

    /// <summary>Collects the tensors that earlier code left to the finalizer, so that they do not count.</summary>
    public static void CollectGarbage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>The numbers of live tensors, without those that earlier code left to the collector.</summary>
    private static (long All, long OfThread) Count()
    {
        CollectGarbage();
        return (torch.Tensor.TotalCount, OfThread);
    }
}
