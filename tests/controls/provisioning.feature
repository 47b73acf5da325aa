@DM-GEN-001
Feature: Wrong expectations of provisioning
  Each last line says what is not so, and has to fail.

  Scenario: Pages of no instances
    Given an instance of account "GLOBEX"
    When the producer follows all pages of 0 instances

  Scenario: An answer without a body is called JSON
    Given a rate table "1" of series "CAD", effective in 5 days, with:
      | item   | version | rate |
      | Render | 2.0     | 4    |
    When the producer deletes the rate table "1" of series "CAD"
    Then the answer is JSON

  Scenario: An answer with a body is called empty
    When GET is sent to "/provisioning/api/v1.0/instances"
    Then the answer has no body

  Scenario: The configuration lists other names
    Then the configuration lists "timezone.tolerant, no.such"

  Scenario: A setting has another value
    Then "timezone.tolerant" is configured as "true"

  Scenario: An untouched setting shows no key
    Then "timezone.tolerant" is shown with the key that changed it just now

  Scenario: A changed setting is called untouched
    When the producer sets "timezone.tolerant" to "true"
    Then "timezone.tolerant" is shown as never changed

  @site
  Scenario: A list of one account hides other instances
    Given an instance of account "GLOBEX"
    And another instance of account "ACME"
    When the producer lists the instances with "accountId=ACME&default=true"
    Then the list holds our instances and no others

  Scenario: A list was not made just now
    Given an instance of account "GLOBEX"
    When the producer lists the instances
    Then the instance was made just now, in milliseconds

  Scenario: A list has no ID
    Given an instance of account "GLOBEX"
    When the producer lists the instances
    Then its ID is a UUID that no other instance has

  Scenario: A second instance is no default
    Given an instance of account "GLOBEX"
    When the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX"}
      """
    Then the given fields have no effect

  Scenario: A list is not the instance as it was made
    When the producer creates the instance:
      """
      {"shortName": "globex-main", "accountId": "GLOBEX"}
      """
    And the producer lists the instances
    Then the instance is shown as it was made

  Scenario: A key is not named
    When the producer lists the public keys
    Then the public keys name "no-such-key"

  Scenario: A saved key is called absent
    When the producer saves administration key "ops-2"
    And the producer lists the public keys
    Then the public keys do not name "ops-2"

  Scenario: A line item that is mapped has no errors
    Given a line item "ACT01" of 100 tokens
    When the producer lists the line items
    Then each error begins with a JSONPath

  Scenario: A line item that was used shows it
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 100 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And the producer reads the line item "ACT01"
    Then a removed line item has used nothing if it is there again
