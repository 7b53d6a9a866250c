using Distillation.SmallData;

namespace QuickStart;

/// <summary>What came of one draw of labeled images.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Labels">How many images have labels.</param>
/// <param name="Found">What the search found; none where there was no search.</param>
/// <param name="Report">What the recipe that was followed brought.</param>
/// <param name="Suspects">The labels that the teacher contradicts, by the numbers of the training images.</param>
internal sealed record SmallDataTrial(int Seed, long Labels, RecipeSearchResult? Found, ModelDistillationReport Report, IReadOnlyList<SuspectSample> Suspects);
