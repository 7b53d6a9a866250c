namespace QuickStart;

/// <summary>A part of a job that has a progress bar of its own.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Run">Does it, tells the share that is done, and gives what came of it in a few words.</param>
internal sealed record Step(string Name, Func<IProgress<double>, string> Run);
