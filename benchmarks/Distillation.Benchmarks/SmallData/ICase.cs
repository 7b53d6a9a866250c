namespace Distillation.Benchmarks.SmallData;

/// <summary>Some ways of making a model of few samples, measured side by side on the same test samples.</summary>
internal interface ICase
{
    string Name { get; }

    /// <summary>
    /// Trains and measures all arms of one seed. An arm called "pool/labels" has "pool/known labels" as its control; what all are compared with is called
    /// "plain".
    /// </summary>
    IEnumerable<(string Arm, Scores Scores)> Run(int seed);
}
