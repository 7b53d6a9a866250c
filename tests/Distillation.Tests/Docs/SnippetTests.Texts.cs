using Distillation.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

public sealed partial class SnippetTests
{
    [Fact]
    public void Embeddings_of_a_wider_teacher_run()
    {
        TensorData train = Some.Data(samples: 60, features: 64);
        var options = new TrainerOptions { Epochs = 2 };

        using ITeacher wideEncoder = Teacher.From(Sequential(Flatten(), Linear(64, 12)));
        using IStudent narrowEncoder = Student.From(Sequential(Flatten(), Linear(64, 8)));
        var matryoshka = new MatryoshkaLoss(new SimilarityDistributionLoss(temperature: 0.05), prefixes: [4, 8]);
        TrainingResult nested = new DistillationTrainer(wideEncoder, narrowEncoder, matryoshka, options).Fit(train);

        nested.Status.Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Classifier_of_padded_sequences_learns_from_another()
    {
        var options = new TrainerOptions { Epochs = 1 };

        Tensor tokens = torch.tensor(new long[,] { { 1, 2, 3 }, { 4, 0, 0 }, { 2, 2, 0 }, { 3, 1, 0 } }), labels = torch.tensor([0L, 1, 0, 1]);
        using MeanOfTokens large = new(8), small = new(3);
        using ITeacher reader = Teacher.From(large, (MaskedBatch batch) => large.call(batch.Inputs, batch.Mask));
        using IStudent pupil = Student.From(small, (MaskedBatch batch) => small.call(batch.Inputs, batch.Mask));
        var padded = new SoftTargetLoss(temperature: 2) + new HardLabelLoss() + new HiddenStateMseLoss([new("embedding", "embedding")], new LinearConnector());
        TrainingResult read = new DistillationTrainer(reader, pupil, padded, options).Fit(new PaddedTexts(tokens, labels));

        read.Status.Should().Be(TrainingStatus.Completed);
    }

    private sealed class PaddedTexts(Tensor tokens, Tensor labels) : IDataSource
    {
        public long Count => tokens.size(0);

        public Batch Read(Tensor indices)
        {
            Tensor rows = tokens.index_select(0, indices);
            return new MaskedBatch(rows, labels.index_select(0, indices), indices, mask: rows.ne(0));
        }
    }

    private sealed class MeanOfTokens : Module<Tensor, Tensor, Tensor>
    {
        private readonly Embedding _embedding;
        private readonly Linear _head;

        public MeanOfTokens(long width)
            : base(nameof(MeanOfTokens))
        {
            _embedding = Embedding(5, width);
            _head = Linear(width, 2);
            register_module("embedding", _embedding);
            register_module("head", _head);
        }

        public override Tensor forward(Tensor tokens, Tensor mask)
        {
            Tensor weights = mask.to(torch.ScalarType.Float32).unsqueeze(2);
            return _head.call((_embedding.call(tokens) * weights).sum(1) / weights.sum(1));
        }
    }
}
