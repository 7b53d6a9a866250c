namespace Distillation.Tests;

/// <summary>Runs that their token cancels.</summary>
public static class Canceled
{
    /// <summary>Returns the result of a run, canceled or not.</summary>
    public static TrainingResult ResultOf(Func<TrainingResult> run)
    {
        try
        {
            return run();
        }
        catch (TrainingCanceledException canceled)
        {
            return canceled.Result;
        }
    }
}
