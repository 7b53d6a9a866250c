using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Makes reports at <see cref="RecipeSearchResult"/>.</summary>
public static class RecipeSearchResultExtensions
{
    extension(RecipeSearchResult result)
    {
        /// <summary>
        /// Creates the report of the search: the recommendation, the gains of all candidates with their intervals, what beats the class frequencies, and what
        /// the labels of teachers bring.
        /// </summary>
        /// <param name="title">The title of the report.</param>
        /// <returns>The report.</returns>
        /// <exception cref="ArgumentException">The title has no letters.</exception>
        public Report ToReport(string title = "Recipe search") =>
            new() { Title = title, Sections = [RecommendationSection.Of(Require.Present(result)), .. RecipeCandidatesSection.All(result)] };
    }
}
