# shellcheck shell=bash
# URLs, through a real ingress controller: Traefik, as a process of this machine, which reaches the pods. The operator has a configuration
# of its own: these run before that of the other scenarios is started.

ENTRANCE_PORT=8088

traefik() { # ARGUMENT...
	start "traefik-$NAMESPACE" "$(binary traefik)" --global.checknewversion=false --log.level=INFO \
		--entrypoints.web.address="$HOST_ADDRESS:$ENTRANCE_PORT" "$@"
	wait_for "traefik-$NAMESPACE" 30 answers "http://$HOST_ADDRESS:$ENTRANCE_PORT/"
}

# Puts it in force with what comes from standard input; the first time it starts the operator, of this namespace alone.
configuration() {
	local file=$STATE/endpoint.yaml address=$HOST_ADDRESS:9465
	{
		operator_settings
		cat
	} >"$file.new"
	mv "$file.new" "$file"
	! alive "operator-$NAMESPACE" || return 0
	start "operator-$NAMESPACE" "$OPERATOR" run --kubeconfig "$STATE/operator.kubeconfig" --config "$file" \
		--namespace "$NAMESPACE" --metrics-address "$address"
	wait_for "operator-$NAMESPACE" 30 curl --silent --fail --max-time 2 "http://$address/readyz"
}

# What the URL of a deployment gives, where its name leads to Traefik.
from_outside() { # NAME
	curl --silent --show-error --fail --max-time 5 --connect-to "::$HOST_ADDRESS:$ENTRANCE_PORT" "$(field gdep "$1" '{.status.endpoint}')/"
}

answer_for() { # HOST: the status
	curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' --header "Host: $1" "http://$HOST_ADDRESS:$ENTRANCE_PORT/"
}

until_endpoint() { # NAME URL
	kubectl wait "gdep/$1" --for=jsonpath='{.status.endpoint}'="$2" --timeout=60s
}

# The namespace has dashes, so digits of a hash follow.
host_of() { # NAME
	local endpoint
	endpoint=$(field gdep "$1" '{.status.endpoint}')
	[[ $endpoint =~ ^http://($1-$NAMESPACE-[0-9a-f]{6}\.apps\.example\.com)$ ]] || {
		echo "unexpected: $endpoint"
		return 1
	}
	echo "${BASH_REMATCH[1]}"
}

ingress_class() {
	apply <<-END
		apiVersion: networking.k8s.io/v1
		kind: IngressClass
		metadata: {name: e2e}
		spec: {controller: traefik.io/ingress-controller}
	END
}

an_ingress_gives_a_deployment_a_url_until_the_configuration_takes_it_away() {
	local host
	ingress_class
	traefik --providers.kubernetesingress --providers.kubernetesingress.ingressclass=e2e
	configuration <<<'endpoint: {domain: apps.example.com, ingressClass: e2e}'
	hello app
	until_ready app
	host=$(host_of app)
	equals "$(eventually 30 from_outside app)" hello
	contains "$("$OPERATOR" status app --namespace "$NAMESPACE")" Ingress/app

	echo "another host by hand"
	kubectl patch ingress app --type json --patch '[{"op":"replace","path":"/spec/rules/0/host","value":"other.example.com"}]'
	kubectl wait ingress/app --for=jsonpath='{.spec.rules[0].host}'="$host" --timeout=30s

	echo "switched off: the host stays"
	kubectl patch gdep app --type merge --patch '{"spec":{"enabled":false}}'
	until_why app Disabled
	until_gone pod -l gradient-operator.dev/deployment=app
	kubectl get ingress app
	kubectl patch gdep app --type merge --patch '{"spec":{"enabled":true}}'
	until_ready app
	equals "$(eventually 30 from_outside app)" hello

	echo "taken out of the configuration"
	configuration </dev/null
	until_gone ingress/app
	until_endpoint app "http://app.$NAMESPACE.svc.cluster.local"
	equals "$(eventually 30 no_host "$host")" 404
	equals "$(request app)" hello
	stop "traefik-$NAMESPACE" "operator-$NAMESPACE"
}

no_host() { # HOST
	local answer
	answer=$(answer_for "$1")
	echo "$answer"
	[[ $answer == 404 ]]
}

a_deployment_has_the_host_it_chooses_and_more_ports_and_hands_the_host_over() {
	local address
	ingress_class
	traefik --providers.kubernetesingress --providers.kubernetesingress.ingressclass=e2e
	configuration <<-END
		endpoint:
		  domain: apps.example.com
		  ingressClass: e2e
		  allowedHosts: {$NAMESPACE: [chat]}
	END
	hello app <<-'END'
		command: [sh, -c, 'mkdir -p /tmp/more; echo more >/tmp/more/index.html; httpd -p 9090 -h /tmp/more; mkdir -p /tmp/www; echo hello >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www']
		endpoint:
		  host: chat.apps.example.com
		  ports: [{name: more, port: 9090, appProtocol: http}]
	END
	until_ready app
	until_endpoint app http://chat.apps.example.com
	equals "$(eventually 30 from_outside app)" hello
	address=$(kubectl get service app -o jsonpath='{.spec.clusterIP}')
	equals "$(eventually 30 curl --silent --show-error --fail --max-time 5 "http://$address:9090/")" more
	equals "$(kubectl get endpointslices -l kubernetes.io/service-name=app -o jsonpath='{.items[0].ports[?(@.name=="more")].appProtocol}')" http

	echo "asked for by another deployment"
	hello other <<<'endpoint: {host: chat.apps.example.com}'
	until_why other HostTaken
	contains "$(message other)" "GradientDeployment app has chat.apps.example.com"
	none ingress other
	equals "$(eventually 60 request other)" hello
	kubectl delete gdep app
	kubectl wait gdep/other --for=jsonpath='{.status.endpoint}'=http://chat.apps.example.com --timeout=20s
	until_ready other
	equals "$(eventually 30 from_outside other)" hello
	stop "traefik-$NAMESPACE" "operator-$NAMESPACE"
}

a_gateway_gives_a_deployment_a_url_once_its_definitions_and_listener_allow_it() {
	local hostname='*.other.example.com'
	configuration <<<"endpoint: {domain: apps.example.com, scheme: http, gateway: {namespace: $NAMESPACE, name: public}}"
	hello app
	until_why app GatewayAPIMissing
	kubectl apply --server-side --filename "$(binary gateway-api)"
	apply <<-END
		apiVersion: gateway.networking.k8s.io/v1
		kind: GatewayClass
		metadata: {name: e2e}
		spec: {controllerName: traefik.io/gateway-controller}
		---
		apiVersion: gateway.networking.k8s.io/v1
		kind: Gateway
		metadata: {name: public}
		spec: {gatewayClassName: e2e, listeners: [{name: web, protocol: HTTP, port: $ENTRANCE_PORT, hostname: "$hostname"}]}
	END
	traefik --providers.kubernetesgateway
	until_why app RouteNotAccepted 120
	contains "$(message app)" "$NAMESPACE/public"

	kubectl patch gateway public --type json --patch '[{"op":"replace","path":"/spec/listeners/0/hostname","value":"*.apps.example.com"}]'
	until_ready app
	host_of app
	equals "$(eventually 30 from_outside app)" hello

	echo "a protocol that the controller does not know, and one that it does"
	kubectl patch gdep app --type merge --patch '{"spec":{"endpoint":{"appProtocol":"example.com/other"}}}'
	until_why app RouteNotAccepted
	contains "$(message app)" UnsupportedProtocol
	kubectl patch gdep app --type merge --patch '{"spec":{"endpoint":{"appProtocol":"http"}}}'
	until_ready app
	equals "$(eventually 30 from_outside app)" hello

	echo "another host by hand"
	kubectl patch httproute app --type merge --patch '{"spec":{"hostnames":["other.example.com"]}}'
	kubectl wait httproute/app --for=jsonpath='{.spec.hostnames[0]}'="$(host_of app)" --timeout=30s

	configuration </dev/null
	until_gone httproute/app
	until_endpoint app "http://app.$NAMESPACE.svc.cluster.local"
	stop "traefik-$NAMESPACE" "operator-$NAMESPACE"
	kubectl delete --filename "$(binary gateway-api)" --wait=false
}
