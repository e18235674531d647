namespace ImdsProxy.Kubernetes;

/// <summary>What a request needs of RBAC, in RBAC's words.</summary>
/// <param name="Verb">For example <c>watch</c>.</param>
/// <param name="Resource">For example <c>pods</c>.</param>
/// <param name="Scope">Where, for people.</param>
internal readonly record struct KubeVerb(string Verb, string Resource, string Scope);
