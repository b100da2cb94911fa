# One certificate authority per cluster, certificates signed by it, kubeconfig files. Sourced.
# State: $STATE/pki/NAME.{crt,key}.

make_authority() {
	local pki=$STATE/pki
	mkdir -p "$pki"
	new_certificate ca -subj /CN=gradient-operator-local -addext keyUsage=critical,keyCertSign,cRLSign
	openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$pki/service-accounts.key" 2>/dev/null
	openssl pkey -in "$pki/service-accounts.key" -pubout -out "$pki/service-accounts.pub"
}

new_certificate() { # NAME OPENSSL-ARGUMENT...
	local name=$1
	shift
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -batch \
		-keyout "$STATE/pki/$name.key" -out "$STATE/pki/$name.crt" "$@" 2>/dev/null
}

issue() { # NAME SUBJECT [ALTERNATIVE-NAMES]
	new_certificate "$1" -CA "$STATE/pki/ca.crt" -CAkey "$STATE/pki/ca.key" -subj "$2" -addext basicConstraints=critical,CA:FALSE \
		-addext extendedKeyUsage=clientAuth,serverAuth ${3:+-addext "subjectAltName=$3"}
}

# Self-contained, so that a copy of the file works elsewhere.
write_kubeconfig() { # FILE CERTIFICATE-NAME
	local pki=$STATE/pki
	cat >"$1" <<-YAML
		apiVersion: v1
		kind: Config
		current-context: local
		clusters:
		- name: local
		  cluster:
		    server: https://$API_ADDRESS:$API_PORT
		    certificate-authority-data: $(base64 -w0 "$pki/ca.crt")
		contexts:
		- name: local
		  context: {cluster: local, user: $2}
		users:
		- name: $2
		  user:
		    client-certificate-data: $(base64 -w0 "$pki/$2.crt")
		    client-key-data: $(base64 -w0 "$pki/$2.key")
	YAML
}
