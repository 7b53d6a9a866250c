using System.Globalization;
using System.Text;
using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>The models of all clients, before and after, and what the exchange brought. Disposing it disposes the models.</summary>
public sealed class FederatedDistillationResult : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _owned;

    internal FederatedDistillationResult(
        FederatedExchange exchange,
        IReadOnlyList<FederatedClientResult> clients,
        PartialLabelEnsemble teacher,
        EvaluationReport? teacherReport,
        IReadOnlyList<IDisposable> owned)
    {
        Exchange = exchange;
        Clients = clients;
        Teacher = teacher;
        TeacherReport = teacherReport;
        _owned = owned;
        Improvement = teacherReport is null
            ? null
            : PairedComparison.Of([.. clients.Select(client => client.ReportBefore!.Accuracy)], [.. clients.Select(client => client.ReportAfter!.Accuracy)]);
    }

    /// <summary>Gets what was exchanged.</summary>
    public FederatedExchange Exchange { get; }

    /// <summary>Gets the clients, in the order in which they were given.</summary>
    public IReadOnlyList<FederatedClientResult> Clients { get; }

    /// <summary>Gets the first models of all clients as one.</summary>
    public PartialLabelEnsemble Teacher { get; }

    /// <summary>Gets how all first models together do on test samples; <see langword="null"/> where none were given.</summary>
    public EvaluationReport? TeacherReport { get; }

    /// <summary>Gets the number of bytes that all clients send together: their models, and generated samples where they are exchanged.</summary>
    /// <value>Each client receives what the others send.</value>
    public long BytesSent { get; internal init; }

    /// <summary>Gets whether the ensemble itself has a higher accuracy on the test samples than the clients' students have on the mean.</summary>
    /// <value><see langword="null"/> where no test samples were given.</value>
    public bool? EnsembleIsBest => TeacherReport is null ? null : TeacherReport.Accuracy > Clients.Average(client => client.ReportAfter!.Accuracy);

    /// <summary>Gets the duration of the training of all first models.</summary>
    internal double TrainingSeconds { get; init; }

    /// <summary>Gets by how much the accuracy changed, over the clients; <see langword="null"/> where no test samples were given.</summary>
    /// <value>Its interval is for other clients of the same data with the same test samples.</value>
    public PairedComparison? Improvement { get; }

    /// <summary>Describes in plain words what was exchanged and what that changed.</summary>
    /// <returns>Some lines.</returns>
    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(FormattableString.Invariant($"{Clients.Count} clients of {Clients.Sum(Samples)} labeled samples exchanged "));
        text.AppendLine(Exchange == FederatedExchange.Models
            ? "their models, and no samples. A model can still give away something of what it has learned from."
            : "their models and the samples that they made. Such samples resemble their parents: they are surrogates, and sharing them is no privacy.");
        if (Improvement is null)
        {
            return text.Append("There were no test samples: what it brought is not known.").ToString();
        }

        for (int number = 0; number < Clients.Count; number++)
        {
            FederatedClientResult client = Clients[number];
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"client {number} ({Samples(client)} samples of {client.Before.SamplesOfClass.Count} classes): "
                + $"{Numbers(client.ReportBefore!)} -> {Numbers(client.ReportAfter!)}"));
        }

        text.AppendLine(FormattableString.Invariant($"mean of the clients: {Mean(client => client.ReportBefore!)} -> {Mean(client => client.ReportAfter!)}"));
        text.AppendLine(FormattableString.Invariant($"all first models together: {Numbers(TeacherReport!)}"));
        text.AppendLine(EnsembleIsBest == true
            ? "The ensemble of all first models is best: use it where it can run."
            : "The students of the clients are best on the mean.");
        return text.Append(Improvement.Describe("Accuracy", higherIsBetter: true, " points", 100)).ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }
    }

    private static long Samples(FederatedClientResult client) => client.Before.SamplesOfClass.Values.Sum();

    private static string Numbers(EvaluationReport report) => Numbers(report.Accuracy, report.NegativeLogLikelihood, report.ExpectedCalibrationError);

    private static string Numbers(double accuracy, double likelihood, double calibration) =>
        FormattableString.Invariant($"accuracy {100 * accuracy:0.0} %, NLL {likelihood:0.000}, ECE {100 * calibration:0.0} %");

    private string Mean(Func<FederatedClientResult, EvaluationReport> of) => Numbers(
        Clients.Average(client => of(client).Accuracy), Clients.Average(client => of(client).NegativeLogLikelihood), Clients.Average(client =>
            of(client).ExpectedCalibrationError));
}
