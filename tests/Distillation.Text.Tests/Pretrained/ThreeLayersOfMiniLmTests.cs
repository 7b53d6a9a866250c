using Distillation.Losses;

namespace Distillation.Text.Tests.Pretrained;

public sealed class ThreeLayersOfMiniLmTests(MiniLmFiles files) : IClassFixture<MiniLmFiles>
{
    [Fact]
    public void Student_of_every_other_layer_learns_the_states_and_value_relations_of_its_teacher()
    {
        using var scope = torch.NewDisposeScope();
        using TransformerTextEncoder network = BertCheckpoint.Load(files.Weights).Encoder;
        using TransformerTextEncoder shallow = network.TakeEveryLayer(2, first: 1);
        using ITeacher teacher = Teacher.From(network);
        using IStudent student = Student.From(shallow);

        // Student layer i learns the states of teacher layer 2i + 1, and the last one the value relations of the last one.
        LossSum loss = new HiddenStateMseLoss(LayerMapping.Uniform("layers.{0}", "layers.{0}", studentLayers: 3, teacherLayers: 6))
            + new ValueRelationLoss("layers.2.attention.value_heads", "layers.5.attention.value_heads");
        var options = new TrainerOptions { Epochs = 5, BatchSize = 8, Optimizer = new AdamWOptimizer(2e-4) };

        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(new MaskedRows(files.Ids(files.Texts(16))));

        result.History.Should().HaveCount(5);
        result.History.All(report => double.IsFinite(report.Loss)).Should().BeTrue();
        (IReadOnlyDictionary<string, double> first, IReadOnlyDictionary<string, double> last) = (result.History[0].Terms, result.History[^1].Terms);
        last["HiddenStateMse"].Should().BeLessThan(0.8 * first["HiddenStateMse"]);
        last["ValueRelation"].Should().BeLessThan(0.8 * first["ValueRelation"]);
    }

    private sealed class MaskedRows(Tensor ids) : IDataSource
    {
        public long Count => ids.size(0);

        public Batch Read(Tensor indices)
        {
            Tensor inputs = ids.index_select(0, indices);
            return new MaskedBatch(inputs, labels: null, indices, inputs != 0);
        }
    }
}
