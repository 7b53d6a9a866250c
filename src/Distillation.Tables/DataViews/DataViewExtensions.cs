using Distillation.Tables.DataViews;
using Microsoft.ML;

namespace Distillation.Tables;

/// <summary>Data sources for ML.NET.</summary>
public static class DataViewExtensions
{
    /// <summary>Reads a data source as a data view of ML.NET, 256 samples at a time.</summary>
    /// <remarks>
    /// The columns are <c>Features</c>, a vector of F floats, and, where there are labels, <c>Label</c>: a key with the names of the classes for class ids [N],
    /// a float for targets [N] or [N, 1], a vector of D floats for targets and probabilities [N, D]. Inputs [N, ...] are flattened. Rows come in the order of
    /// the samples, and are not shuffled.
    /// </remarks>
    /// <param name="source">The data, at least one sample. It must stay open while the view is read.</param>
    /// <param name="classNames">The names of the classes, for labels that are class ids; they are the values of the keys.</param>
    /// <returns>The view.</returns>
    /// <exception cref="ArgumentException">There is no sample, or the labels are class ids and have no names, or are none and have names.</exception>
    public static IDataView AsDataView(this IDataSource source, IReadOnlyList<string>? classNames = null) =>
        new SourceDataView(Require.Present(source), classNames);
}
