using Distillation.Evaluation;
using Distillation.SmallData;
using Distillation.Text;

namespace Distillation.AI.Tests;

public sealed class EmbeddingTeacherTests
{
    [Fact]
    public async Task Kernel_ridge_on_embeddings_teaches_batches_of_texts()
    {
        string[] words = ["good", "great", "bad", "awful"];
        string[] train = [.. Enumerable.Range(0, 40).Select(i => $"{words[i % 4]} film {new string('x', i)}")];
        long[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 4 < 2 ? 0L : 1L)];
        using var generator = new WordGenerator(words: words);
        TextEmbeddings embeddings = await generator.EmbedAsync([.. train, "a great one", "an awful one"]);
        using var scope = torch.NewDisposeScope();
        using TensorData data = new TextEmbeddings(train, [.. embeddings.Rows.Take(40)]).ToData(labels);
        using var samples = new LabeledSamples(data);
        using FittedTeacher fitted = new KernelRidge().Fit(samples, seed: 1);
        using var teacher = new EmbeddingTeacher(fitted.Teacher, embeddings);

        Tensor logits = teacher.Predict(Batch(["an awful one", "a great one"]), FeatureSet.None).Logits;

        logits.shape.Should().Equal(2, 2);
        logits.argmax(1).data<long>().ToArray().Should().Equal(1, 0);
        Evaluator.Evaluate(teacher.Predict(Batch(train), FeatureSet.None).Logits, torch.tensor(labels)).Accuracy.Should().Be(1);
        teacher.AcceptsRepeatedSamples.Should().BeTrue();
    }

    [Fact]
    public void Texts_are_looked_up_in_subsets_of_a_batch_too()
    {
        using var scope = torch.NewDisposeScope();
        using var teacher = new EmbeddingTeacher(Identity(), new(["a", "b", "c"], [[1, 0], [2, 0], [3, 0]]));

        IReadOnlyList<Batch> parts = Batch(["c", "a", "b"]).Split(2);

        teacher.Predict(parts[0], FeatureSet.None).Logits.data<float>().ToArray().Should().Equal(3, 0, 1, 0);
        teacher.Predict(parts[1], FeatureSet.None).Logits.data<float>().ToArray().Should().Equal(2, 0);
    }

    [Fact]
    public void Scope_receives_the_output_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var teacher = new EmbeddingTeacher(Identity(), new(["a"], [[1, 0]]));
        Batch batch = Batch(["a"]);
        long before = scope.DisposablesCount;

        teacher.Predict(batch, FeatureSet.None);

        (scope.DisposablesCount - before).Should().Be(1);
    }

    [Fact]
    public void Text_without_embedding_and_a_batch_without_texts_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        using var teacher = new EmbeddingTeacher(Identity(), new(["a"], [[1, 0]]));

        FluentActions.Invoking(() => teacher.Predict(Batch(["b"]), FeatureSet.None)).Should().Throw<KeyNotFoundException>().WithMessage("*'b'*");
        var plain = new Batch(torch.zeros(1, 2), null, torch.zeros([1], torch.ScalarType.Int64));
        FluentActions.Invoking(() => teacher.Predict(plain, FeatureSet.None)).Should().Throw<ArgumentException>().WithMessage("*TextBatch*");
    }

    [Fact]
    public void Fingerprint_depends_on_the_embeddings_and_is_missing_where_the_inner_one_is()
    {
        using var scope = torch.NewDisposeScope();
        using torch.nn.Module<Tensor, Tensor> module = torch.nn.Linear(2, 2);
        using ITeacher inner = Teacher.From(module);
        string? one = new EmbeddingTeacher(inner, new(["a"], [[1, 0]])).Fingerprint();
        string? other = new EmbeddingTeacher(inner, new(["a"], [[1, 1]])).Fingerprint();

        one.Should().HaveLength(64).And.NotBe(other);
        new EmbeddingTeacher(Identity(), new(["a"], [[1, 0]])).Fingerprint().Should().BeNull();
    }

    private static ITeacher Identity() => Teacher.From((Tensor inputs) => inputs.clone());

    private static TextBatch Batch(string[] texts)
    {
        long[] rows = [.. Enumerable.Range(0, texts.Length).Select(i => (long)i)];
        return new(
            torch.zeros([texts.Length, 3], torch.ScalarType.Int64),
            labels: null,
            torch.tensor(rows),
            torch.ones([texts.Length, 3], torch.ScalarType.Bool),
            torch.tensor(rows),
            texts);
    }
}
