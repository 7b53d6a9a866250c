namespace Distillation.Text;

/// <summary>What the logits of a saved student are.</summary>
internal enum StudentTask
{
    /// <summary>Those of the classes of a text, [N, C].</summary>
    Classification,

    /// <summary>Those of the tags of its tokens, [N, T, C].</summary>
    Spans,
}
