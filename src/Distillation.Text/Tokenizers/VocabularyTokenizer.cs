using System.Collections.Immutable;
using System.Text.Json;
using Distillation.Serialization;

namespace Distillation.Text;

/// <summary>A tokenizer with a learned vocabulary, from the files that pretrained models ship: WordPiece, byte-level BPE, SentencePiece.</summary>
/// <remarks>
/// Ids are those of the files, so that the weights of pretrained models fit. A text that looks like a special token, such as <c>[SEP]</c>, is text.
/// </remarks>
public sealed class VocabularyTokenizer : TextTokenizer
{
    internal const string Kind = "vocabulary";

    private readonly VocabularyForm _form;
    private readonly ImmutableArray<byte[]> _files;
    private readonly bool _lowerCase;
    private readonly VocabularyModel _model;

    private VocabularyTokenizer(VocabularyForm form, ImmutableArray<byte[]> files, bool lowerCase, VocabularyModel model)
    {
        _form = form;
        _files = files;
        _lowerCase = lowerCase;
        _model = model;
    }

    /// <inheritdoc/>
    public override int VocabularySize => _model.Size;

    /// <summary>Gets the id of padding.</summary>
    /// <value>That of <c>[PAD]</c>, <c>&lt;pad&gt;</c> or <c>&lt;|pad|&gt;</c> where the vocabulary has it; otherwise one more than its largest id.</value>
    public override int PadId => _model.PadId;

    /// <summary>Reads a WordPiece vocabulary, such as that of BERT and MiniLM.</summary>
    /// <remarks>A text becomes <c>[CLS] … [SEP]</c>. (Devlin et al., "BERT", 2019.)</remarks>
    /// <param name="vocabularyFile">The file <c>vocab.txt</c>: one token a line, the number of the line is its id.</param>
    /// <param name="lowerCase">Whether letters become lower case and lose their accents first, as for models that are "uncased".</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The file lacks the tokens <c>[UNK]</c>, <c>[CLS]</c>, <c>[SEP]</c> or <c>[PAD]</c>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VocabularyTokenizer WordPiece(string vocabularyFile, bool lowerCase = true) =>
        Of(VocabularyForm.WordPiece, [File.ReadAllBytes(Require.Text(vocabularyFile))], lowerCase);

    /// <summary>Reads a byte-level BPE vocabulary, such as that of GPT-2 and RoBERTa.</summary>
    /// <remarks>No tokens are added to those of a text. (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019.)</remarks>
    /// <param name="vocabularyFile">The file <c>vocab.json</c>: an object with the id of each token.</param>
    /// <param name="mergesFile">The file <c>merges.txt</c>: two tokens a line, in the order in which they are merged.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">A file is no such vocabulary.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static VocabularyTokenizer ByteLevelBpe(string vocabularyFile, string mergesFile) =>
        Of(VocabularyForm.ByteLevelBpe, [File.ReadAllBytes(Require.Text(vocabularyFile)), File.ReadAllBytes(Require.Text(mergesFile))], lowerCase: false);

    /// <summary>Reads a SentencePiece model, BPE or unigram, such as that of Llama 2, T5 and XLM-R.</summary>
    /// <remarks>
    /// The ids are those of the reference implementation. No tokens are added to those of a text, and half of a surrogate pair counts as U+FFFD. (Kudo and
    /// Richardson, "SentencePiece", 2018.)
    /// </remarks>
    /// <param name="modelFile">The file <c>tokenizer.model</c> or <c>spiece.model</c>.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The file is no such model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VocabularyTokenizer SentencePiece(string modelFile) =>
        Of(VocabularyForm.SentencePiece, [File.ReadAllBytes(Require.Text(modelFile))], lowerCase: false);

    /// <summary>Reads the file <c>tokenizer.json</c> of Hugging Face, where it holds WordPiece with the normalizer of BERT, or byte-level BPE.</summary>
    /// <remarks>The vocabulary and the case are taken from it; special tokens are added as by <see cref="WordPiece"/> and <see cref="ByteLevelBpe"/>.</remarks>
    /// <param name="path">The file.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="NotSupportedException">The file holds another kind of tokenizer; the message names it.</exception>
    /// <exception cref="InvalidDataException">The file is no such description.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VocabularyTokenizer FromTokenizerJson(string path)
    {
        (VocabularyForm form, ImmutableArray<byte[]> files, bool lowerCase) = TokenizerJson.Read(Require.Text(path));
        return Of(form, files, lowerCase);
    }

    /// <inheritdoc/>
    public override TokenizedText Encode(string text, int maxTokens)
    {
        Require.Present(text);
        int room = RoomIn(maxTokens);
        TokenizedText tokens = Bare(text, room);
        return tokens with { Ids = [.. _model.Special.Before, .. tokens.Ids, .. _model.Special.After] };
    }

    /// <inheritdoc/>
    /// <remarks>As Hugging Face's tokenizers do with <c>is_split_into_words</c>, and <c>add_prefix_space</c> for byte-level BPE.</remarks>
    public override TokenizedWords EncodeWords(IReadOnlyList<string> words, int maxTokens)
    {
        Require.Present(words);
        int room = RoomIn(maxTokens);
        TokenizedWords tokens = JoinedWords.Of(words, word => Bare(_model.WordPrefix + word, room), room);
        (int[] before, int[] after) = _model.Special;
        return tokens with
        {
            Ids = [.. before, .. tokens.Ids, .. after],
            Words = [.. before.Select(_ => -1), .. tokens.Words, .. after.Select(_ => -1)],
        };
    }

    internal static VocabularyTokenizer Read(JsonElement description, string directory)
    {
        var form = Enum.Parse<VocabularyForm>(description.GetProperty("form").GetString()!);
        return Of(
            form, [.. form.FileNames().Select(name => File.ReadAllBytes(Path.Combine(directory, name)))], description.GetProperty("lowerCase").GetBoolean());
    }

    /// <inheritdoc/>
    protected override void Write(Utf8JsonWriter writer, string directory)
    {
        Require.Present(writer);
        foreach ((string name, byte[] bytes) in _form.FileNames().Zip(_files))
        {
            AtomicFile.Replace(Path.Combine(directory, name), bytes);
        }

        writer.WriteString("kind", Kind);
        writer.WriteString("form", _form.ToString());
        writer.WriteBoolean("lowerCase", _lowerCase);
    }

    private static VocabularyTokenizer Of(VocabularyForm form, ImmutableArray<byte[]> files, bool lowerCase)
    {
        try
        {
            return new VocabularyTokenizer(form, files, lowerCase, VocabularyModel.Of(form, files, lowerCase));
        }
        catch (Exception wrong) when (wrong is not InvalidDataException)
        {
            throw new InvalidDataException($"The files are no vocabulary of the form {form}: {wrong.Message}", wrong);
        }
    }

    // One more than there is room for shows whether something is left out.
    private TokenizedText Bare(string text, int room)
    {
        IReadOnlyList<int> ids = _model.Encode(text, room + 1);
        return new TokenizedText([.. ids.Take(room)], ids.Count > room);
    }

    private int RoomIn(int maxTokens)
    {
        int special = _model.Special.Before.Length + _model.Special.After.Length;
        return Require.Positive(maxTokens) >= special
            ? maxTokens - special
            : throw new ArgumentOutOfRangeException(nameof(maxTokens), maxTokens, $"There must be room for the {special} special tokens of each text.");
    }
}
