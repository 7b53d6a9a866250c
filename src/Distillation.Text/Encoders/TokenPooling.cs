namespace Distillation.Text;

/// <summary>How the states of a text's tokens, [N, T, H], become one vector for the text, [N, H].</summary>
public enum TokenPooling
{
    /// <summary>The mean over the tokens that are not padding (Sentence-BERT; Reimers and Gurevych, 2019). A text of padding alone gets zeros.</summary>
    Mean,

    /// <summary>The state of the first token, <c>[CLS]</c> in models of the BERT family (Devlin et al., 2019).</summary>
    FirstToken,
}
