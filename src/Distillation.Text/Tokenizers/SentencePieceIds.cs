namespace Distillation.Text;

/// <summary>Collects the ids of a text: unknown characters become the ids of their bytes, or one id for all that are neighbors.</summary>
internal sealed class SentencePieceIds(SentencePieceVocabulary vocabulary)
{
    private readonly List<int> _ids = [];

    /// <summary>Gets the ids so far.</summary>
    public IReadOnlyList<int> Ids => _ids;

    /// <param name="piece">The piece in UTF-8.</param>
    /// <param name="id">Its id.</param>
    public void Add(ReadOnlySpan<byte> piece, int id)
    {
        if (id != vocabulary.UnknownId)
        {
            _ids.Add(id);
        }
        else if (vocabulary.ByteIds.Count > 0)
        {
            foreach (byte value in piece)
            {
                _ids.Add(vocabulary.ByteIds[value]);
            }
        }
        else if (_ids.Count == 0 || _ids[^1] != id)
        {
            _ids.Add(id);
        }
    }
}
