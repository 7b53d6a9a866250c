using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Makes reports at <see cref="FederatedComparisonResult"/>.</summary>
public static class FederatedComparisonResultExtensions
{
    extension(FederatedComparisonResult result)
    {
        /// <summary>
        /// Creates the report of the comparison: the best way, accuracy with its interval against communication, and all numbers of all ways.
        /// </summary>
        /// <param name="title">The title of the report.</param>
        /// <returns>The report.</returns>
        /// <exception cref="ArgumentException">The title has no letters, or no way leaves the samples where they are.</exception>
        public Report ToReport(string title = "Scattered data") => new() { Title = title, Sections = FederatedSections.Of(Require.Present(result)) };
    }
}
