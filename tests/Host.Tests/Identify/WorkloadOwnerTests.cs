using ImdsProxy.Identify;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Identify;

public sealed class WorkloadOwnerTests
{
    [Theory]
    [InlineData("ReplicaSet", "web-5d4f8c7b9", "5d4f8c7b9", "Deployment/web")]
    [InlineData("ReplicaSet", "web-5d4f8c7b9", null, "ReplicaSet/web-5d4f8c7b9")]
    [InlineData("ReplicaSet", "web-other", "5d4f8c7b9", "ReplicaSet/web-other")]
    [InlineData("ReplicaSet", "-5d4f8c7b9", "5d4f8c7b9", "ReplicaSet/-5d4f8c7b9")]
    [InlineData("Job", "backup-29412345", null, "CronJob/backup")]
    [InlineData("Job", "backup-1637481600", null, "CronJob/backup")]
    [InlineData("Job", "backup-12", null, "Job/backup-12")]
    [InlineData("Job", "backup-x2941234", null, "Job/backup-x2941234")]
    [InlineData("Job", "migrate", null, "Job/migrate")]
    [InlineData("DaemonSet", "fluent-bit", null, "DaemonSet/fluent-bit")]
    [InlineData("StatefulSet", "db", null, "StatefulSet/db")]
    [InlineData(null, null, null, null)]
    public void Owner_OfAPod_IsItsWorkload(string? kind, string? name, string? hash, string? expected) =>
        WorkloadOwner.Of(kind, name, hash).ShouldBe(expected);
}
