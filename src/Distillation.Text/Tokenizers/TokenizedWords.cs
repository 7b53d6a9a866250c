using System.Collections.Immutable;

namespace Distillation.Text;

/// <summary>The token ids of words that were tokenized one by one.</summary>
/// <param name="Ids">The ids, in order, without padding.</param>
/// <param name="Words">For each id the number of its word, or −1 for a special token.</param>
/// <param name="IsTruncated">Whether there were more tokens than were allowed, so that the end is left out.</param>
public readonly record struct TokenizedWords(ImmutableArray<int> Ids, ImmutableArray<int> Words, bool IsTruncated);
