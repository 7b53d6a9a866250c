using System.Collections.Immutable;

namespace Distillation.Text;

/// <summary>The token ids of a text.</summary>
/// <param name="Ids">The ids, in order, without padding.</param>
/// <param name="IsTruncated">Whether the text had more tokens than were allowed, so that its end is left out.</param>
public readonly record struct TokenizedText(ImmutableArray<int> Ids, bool IsTruncated);
