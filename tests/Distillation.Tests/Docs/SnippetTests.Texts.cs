using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

public sealed partial class SnippetTests
{
    [Fact]
    public void Embeddings_of_a_wider_teacher_run()
    {
        TensorData train = _train;
        Module<Tensor, Tensor> wideEncoder = Some.Mlp(hidden: 16, classes: 12);
        Module<Tensor, Tensor> narrowEncoder = Some.Mlp(hidden: 8, classes: 8);
        var options = new TrainerOptions { Epochs = 2 };
        using ITeacher teacher = Teacher.From(wideEncoder);
        using IStudent student = Student.From(narrowEncoder);
        var loss = new MatryoshkaLoss(new SimilarityDistributionLoss(temperature: 0.05), prefixes: [4, 8]);
        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(train);

        result.Status.Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Classifier_of_padded_sequences_learns_from_another()
    {
        (Tensor tokens, Tensor labels) = (torch.tensor(new long[,] { { 1, 2, 3 }, { 4, 0, 0 }, { 2, 2, 0 }, { 3, 1, 0 } }), torch.tensor([0L, 1, 0, 1]));
        using var large = new MeanOfTokens(8);
        using var small = new MeanOfTokens(3);
        var options = new TrainerOptions { Epochs = 1 };

        using ITeacher teacher = Teacher.From(large, (MaskedBatch batch) => large.call(batch.Inputs, batch.Mask));
        using IStudent student = Student.From(small, (MaskedBatch batch) => small.call(batch.Inputs, batch.Mask));
        var loss = new SoftTargetLoss(temperature: 2) + new HardLabelLoss() + new HiddenStateMseLoss([new("embedding", "embedding")], new LinearConnector());
        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(new PaddedTexts(tokens, labels));

        result.Status.Should().Be(TrainingStatus.Completed);
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
        private readonly TorchSharp.Modules.Embedding _embedding;
        private readonly TorchSharp.Modules.Linear _head;

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

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _embedding.Dispose();
                _head.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
